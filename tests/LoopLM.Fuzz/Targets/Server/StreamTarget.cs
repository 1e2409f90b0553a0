using System.Text;
using System.Text.Json;
using LoopLM.Fuzz.Fuzzing;

namespace LoopLM.Fuzz.Targets.Server;

/// <summary>
/// What a model writes: any bytes, as text, reasoning and calls of tools. The events of a stream are well formed and say together what the
/// whole answer says. An input is what the model spells; its length chooses the endpoint.
/// </summary>
internal sealed class StreamTarget : FuzzTarget
{
    private const string Tools =
        """ "tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object","properties":{"x":{"type":"integer"}}}}}] """;
    private const string ResponseTools =
        """ "tools":[{"type":"function","name":"f","parameters":{"type":"object","properties":{"x":{"type":"integer"}}}}] """;

    private readonly FuzzServer _server = new("");

    /// <inheritdoc/>
    public override string Name => "stream";

    /// <inheritdoc/>
    public override bool WorksElsewhere => true;

    /// <inheritdoc/>
    public override int MaxInputBytes => 200;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Dictionary { get; } =
        ["<think>", "</think>", "<tool_call>", "</tool_call>", "{\"name\": \"f\", \"arguments\": {}}",
            "{\"name\":", "\"arguments\":", "\"x\": 1", "\n", " ", "data: ", "\r\n\r\n", "event: ", "[DONE]"];

    /// <inheritdoc/>
    public override bool Check(byte[] input)
    {
        _server.Runner.Text = input;
        switch (input.Length % 3)
        {
            case 0:
                var (completion, parts) = Ask("/v1/completions", """ "prompt":"a","max_tokens":200,"stop":"zz" """);
                Compare(
                    completion.GetProperty("choices")[0].GetProperty("text").GetString(),
                    string.Concat(parts.Select(part => part.GetProperty("choices")[0].GetProperty("text").GetString())));
                break;
            case 1:
                var (chat, chunks) = Ask(
                    "/v1/chat/completions", $$""" "messages":[{"role":"user","content":"a"}],"max_tokens":200,{{Tools}} """);
                Compare(Said(chat.GetProperty("choices")[0].GetProperty("message")), Said(chunks));
                break;
            default:
                var (response, events) = Ask("/v1/responses", $$""" "input":"a","max_output_tokens":200,{{ResponseTools}} """);
                Compare(Output(response), Output(events[^1].GetProperty("response")));
                var deltas = string.Concat(
                    events.Where(each => each.GetProperty("type").GetString() == "response.output_text.delta")
                        .Select(each => each.GetProperty("delta").GetString()));
                Compare(Output(events[^1].GetProperty("response"), "message"), deltas);
                break;
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

    private static void Compare(string? whole, string streamed) =>
        FuzzException.Require(whole == streamed, "a stream says what the whole answer says", $"whole: {whole}\nstreamed: {streamed}");

    /// <summary>Reasoning, answer and calls of a message, but for the calls' ids.</summary>
    private static string Said(JsonElement message) =>
        $"{Text(message, "reasoning_content")}|{Text(message, "content")}|"
        + (message.TryGetProperty("tool_calls", out var calls) && calls.ValueKind == JsonValueKind.Array
            ? string.Concat(
                calls.EnumerateArray().Select(call => call.GetProperty("function"))
                    .Select(function => $"{Text(function, "name")}({Text(function, "arguments")})")) : "");

    private static string Said(List<JsonElement> chunks)
    {
        var (reasoning, answer, calls) = (new StringBuilder(), new StringBuilder(), new List<(string Name, string Arguments)>());
        foreach (var delta in chunks.Select(chunk => chunk.GetProperty("choices"))
            .Where(choices => choices.GetArrayLength() > 0).Select(choices => choices[0].GetProperty("delta")))
        {
            reasoning.Append(Text(delta, "reasoning_content"));
            answer.Append(Text(delta, "content"));
            foreach (var call in delta.TryGetProperty("tool_calls", out var some) && some.ValueKind == JsonValueKind.Array
                ? some.EnumerateArray().ToList()
                : [])
            {
                var index = call.GetProperty("index").GetInt32();
                FuzzException.Require(index <= calls.Count, "calls come in their order", $"call {index} after {calls.Count}");
                if (index == calls.Count)
                {
                    calls.Add(("", ""));
                }

                var function = call.GetProperty("function");
                calls[index] = (calls[index].Name + Text(function, "name"), calls[index].Arguments + Text(function, "arguments"));
            }
        }

        return $"{reasoning}|{answer}|{string.Concat(calls.Select(call => $"{call.Name}({call.Arguments})"))}";
    }

    /// <summary>What the items of a response say, but for their ids.</summary>
    private static string Output(JsonElement response, string? kind = null) => string.Concat(response.GetProperty("output").EnumerateArray()
        .Where(item => kind is null || item.GetProperty("type").GetString() == kind)
        .Select(item => (kind is null ? item.GetProperty("type").GetString() + ":" : "") + Text(item, "name") + Text(item, "arguments")
            + (item.TryGetProperty("content", out var parts) && parts.ValueKind == JsonValueKind.Array
                ? string.Concat(parts.EnumerateArray().Select(part => Text(part, "text")))
                : "")));

    private static string? Text(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String ? text.GetString() : "";

    /// <summary>
    /// A whole answer and the events of a stream, at the same time. How many loops a token takes changes no text, so it takes one.
    /// </summary>
    private (JsonElement Whole, List<JsonElement> Stream) Ask(string path, string fields)
    {
        var (whole, stream) = (PostAsync(path, $$"""{"max_loops":1,{{fields}}}"""),
            PostAsync(path, $$"""{"stream":true,"max_loops":1,{{fields}}}"""));
        Task.WhenAll(whole, stream).GetAwaiter().GetResult();
        return (Events.Parse(whole.Result), Events.Read(stream.Result));
    }

    private async Task<byte[]> PostAsync(string path, string body)
    {
        using var response = await _server.Rest.PostAsync(path, new StringContent(body, Encoding.UTF8, "application/json"));
        var answer = await response.Content.ReadAsByteArrayAsync();
        FuzzException.Require(response.IsSuccessStatusCode, "whatever a model writes is answered",
            $"{(int)response.StatusCode}: {Encoding.UTF8.GetString(answer)}");
        return answer;
    }
}
