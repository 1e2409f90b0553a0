using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using LoopLM.Fuzz.Fuzzing;

namespace LoopLM.Fuzz.Targets.Server;

/// <summary>
/// Bodies of all endpoints. Each is answered or refused as the client's fault, with a well-formed error; an answer is JSON or well-formed
/// events. An input is the path, a line break and the body.
/// </summary>
internal sealed class RequestTarget : FuzzTarget
{
    private static readonly string[] s_paths =
        ["/v1/completions", "/v1/chat/completions", "/v1/responses", "/v1/loop/compare",
            "/tokenize", "/detokenize", "/apply-template", "/completion"];

    private readonly FuzzServer _server = new(
        "<think>hm</think>h\u00e9llo <tool_call>{\"name\": \"f\", \"arguments\": {\"x\": 1}}</tool_call> bye");

    /// <inheritdoc/>
    public override string Name => "request";

    /// <inheritdoc/>
    public override bool WorksElsewhere => true;

    /// <inheritdoc/>
    public override int MaxInputBytes => 4 << 10;

    /// <inheritdoc/>
    public override long MaxAllocatedBytes => 512 << 20;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Dictionary { get; } =
    [
        .. s_paths.Select(path => path + "\n"),
        "\"prompt\":", "\"messages\":[", "\"input\":", "\"role\":\"user\"", "\"content\":", "\"max_tokens\":", "\"min_tokens\":",
        "\"temperature\":", "\"top_p\":", "\"top_k\":", "\"min_p\":", "\"n\":", "\"best_of\":", "\"seed\":", "\"stop\":[",
        "\"stream\":true", "\"stream_options\":{\"include_usage\":true}", "\"logprobs\":", "\"top_logprobs\":",
        "\"prompt_logprobs\":", "\"echo\":true", "\"suffix\":", "\"logit_bias\":{\"104\":", "\"presence_penalty\":",
        "\"repetition_penalty\":", "\"ignore_eos\":true", "\"stop_token_ids\":[", "\"bad_words\":[", "\"allowed_token_ids\":[",
        "\"return_token_ids\":true", "\"return_gate_probabilities\":true",
        "\"return_loop_logprobs\":", "\"return_skipped_loop_logprobs\":true",
        "\"exit_policy\":\"act\"", "\"exit_threshold\":", "\"min_loops\":", "\"max_loops\":", "\"exit_trace\":[",
        "\"kv_layout\":\"shared\"", "\"response_format\":{\"type\":\"json_object\"}",
        "\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"a\",\"schema\":",
        "\"structured_outputs\":{\"regex\":\"", "\"guided_choice\":[\"a\",\"b\"]", "\"guided_regex\":\"",
        "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"parameters\":{}}}]", "\"tool_choice\":\"required\"",
        "\"parallel_tool_calls\":false", "\"reasoning_effort\":\"low\"", "\"chat_template_kwargs\":{\"enable_thinking\":true}",
        "\"continue_final_message\":true", "\"add_generation_prompt\":false",
        "\"settings\":[{\"max_loops\":1}]", "\"tokens\":[104,105]", "\"return_token_strs\":true",
        "\"instructions\":", "\"reasoning\":{\"effort\":\"high\"}", "\"text\":{\"format\":{\"type\":\"json_schema\"",
        "\"type\":\"function_call_output\"", "\"type\":\"message\"", "\"type\":\"input_text\"", "\"previous_response_id\":",
        "\"metadata\":{\"a\":\"b\"}", "\"store\":false", "\"model\":", "\"user\":", "\"thinking_token_budget\":2",
    ];

    /// <inheritdoc/>
    public override bool Check(byte[] input)
    {
        var lineEnd = input.AsSpan().IndexOf((byte)'\n');
        var path = lineEnd > 0 ? Encoding.UTF8.GetString(input, 0, lineEnd) : "";
        var isNamed = s_paths.Contains(path);
        var body = isNamed ? input[(lineEnd + 1)..] : input;
        using var response = _server.Rest.PostAsync(isNamed ? path : s_paths[input.Length % s_paths.Length],
            new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } })
            .GetAwaiter().GetResult();
        var answer = response.Content.ReadAsByteArrayAsync().GetAwaiter().GetResult();
        FuzzException.Require(
            (int)response.StatusCode is >= 200 and < 300 or >= 400 and < 500, "a body is answered or refused",
            $"{(int)response.StatusCode}: {Encoding.UTF8.GetString(answer)}");
        if (response.StatusCode != HttpStatusCode.OK)
        {
            CheckError(answer);
            return false;
        }

        if (response.Content.Headers.ContentType?.MediaType == "text/event-stream")
        {
            _ = Events.Read(answer);
        }
        else
        {
            Events.Parse(answer);
        }

        return true;
    }

    /// <inheritdoc/>
    public override void CheckAtRest() => _server.CheckEmpty();

    /// <inheritdoc/>
    public override void Dispose()
    {
        _server.Dispose();
        base.Dispose();
    }

    private static void CheckError(byte[] answer)
    {
        var error = Events.Parse(answer);
        var isWellFormed = error.ValueKind == JsonValueKind.Object
            && error.EnumerateObject().Select(member => member.Name).SequenceEqual(["error"])
            && error.GetProperty("error").EnumerateObject().Select(member => member.Name)
                .SequenceEqual(["message", "type", "param", "code"]);
        FuzzException.Require(isWellFormed, "an error has OpenAI's form", error.ToString());
        var message = error.GetProperty("error").GetProperty("message").GetString() ?? "";
        FuzzException.Require(message.Length is > 0 and <= 8192, "messages are of bounded length", $"{message.Length} chars");
    }
}
