using System.Text;
using System.Text.Json;
using LoopLM.Fuzz.Fuzzing;

namespace LoopLM.Fuzz.Targets.Server;

/// <summary>
/// What a model writes: any bytes, as text, thoughts and calls of tools. The events of a stream are well formed and say together what the
/// whole answer says. An input is what the model spells; its length chooses the endpoint.
/// </summary>
internal sealed class StreamTarget : FuzzTarget
{
    private const string Tools = """ "tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object","properties":{"x":{"type":"integer"}}}}}] """;
    private const string ResponseTools = """ "tools":[{"type":"function","name":"f","parameters":{"type":"object","properties":{"x":{"type":"integer"}}}}] """;

    private readonly FuzzServer _server = new("");

    /// <inheritdoc/>
    public override string Name => "stream";

    /// <inheritdoc/>
    public override bool WorksElsewhere => true;

    /// <inheritdoc/>
    public override int MaxInputBytes => 200;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Dictionary { get; } =
        ["<think>", "</think>", "<tool_call>", "</tool_call>", "{\"name\": \"f\", \"arguments\": {}}", "{\"name\":", "\"arguments\":", "\"x\": 1", "\n", " ", "data: ", "\r\n\r\n", "event: ", "[DONE]"];

    /// <inheritdoc/>
    public override bool Check(byte[] input)
    {
        _server.Runner.Text = input;
        switch (input.Length % 3)
        {
            case 0:
                var text = new Dictionary<string, string>();
                foreach (var chunk in Stream("/v1/completions", """ "prompt":"a","max_tokens":200,"stop":"zz" """))
                {
                    Take(text, "text", chunk.GetProperty("choices")[0].GetProperty("text"));
                }

                Compare(Whole("/v1/completions", """ "prompt":"a","max_tokens":200,"stop":"zz" """).GetProperty("choices")[0].GetProperty("text").GetString(), text.GetValueOrDefault("text", ""));
                break;
            case 1:
                var chat = $$""" "messages":[{"role":"user","content":"a"}],"max_tokens":200,{{Tools}} """;
                Compare(Said(Whole("/v1/chat/completions", chat).GetProperty("choices")[0].GetProperty("message")), Said(Stream("/v1/chat/completions", chat)));
                break;
            default:
                var response = $$""" "input":"a","max_output_tokens":200,{{ResponseTools}} """;
                var events = Stream("/v1/responses", response);
                Compare(Output(Whole("/v1/responses", response)), Output(events[^1].GetProperty("response")));
                var deltas = string.Concat(events.Where(each => each.GetProperty("type").GetString() == "response.output_text.delta").Select(each => each.GetProperty("delta").GetString()));
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

    private static void Take(Dictionary<string, string> parts, string name, JsonElement text) =>
        parts[name] = parts.GetValueOrDefault(name, "") + text.GetString();

    /// <summary>Thought, answer and calls of a message, but for the calls' ids.</summary>
    private static string Said(JsonElement message) =>
        $"{Text(message, "reasoning_content")}|{Text(message, "content")}|"
        + (message.TryGetProperty("tool_calls", out var calls) && calls.ValueKind == JsonValueKind.Array
            ? string.Concat(calls.EnumerateArray().Select(call => call.GetProperty("function")).Select(function => $"{Text(function, "name")}({Text(function, "arguments")})")) : "");

    private static string Said(List<JsonElement> chunks)
    {
        var (thought, answer, calls) = (new StringBuilder(), new StringBuilder(), new List<(string Name, string Arguments)>());
        foreach (var delta in chunks.Select(chunk => chunk.GetProperty("choices")).Where(choices => choices.GetArrayLength() > 0).Select(choices => choices[0].GetProperty("delta")))
        {
            thought.Append(Text(delta, "reasoning_content"));
            answer.Append(Text(delta, "content"));
            foreach (var call in delta.TryGetProperty("tool_calls", out var some) && some.ValueKind == JsonValueKind.Array ? some.EnumerateArray().ToList() : [])
            {
                var index = call.GetProperty("index").GetInt32();
                FuzzException.Require(index <= calls.Count, "calls come in their order", $"call {index} behind {calls.Count}");
                if (index == calls.Count)
                {
                    calls.Add(("", ""));
                }

                var function = call.GetProperty("function");
                calls[index] = (calls[index].Name + Text(function, "name"), calls[index].Arguments + Text(function, "arguments"));
            }
        }

        return $"{thought}|{answer}|{string.Concat(calls.Select(call => $"{call.Name}({call.Arguments})"))}";
    }

    /// <summary>What the items of a response say, but for their ids.</summary>
    private static string Output(JsonElement response, string? kind = null) => string.Concat(response.GetProperty("output").EnumerateArray()
        .Where(item => kind is null || item.GetProperty("type").GetString() == kind)
        .Select(item => (kind is null ? item.GetProperty("type").GetString() + ":" : "") + Text(item, "name") + Text(item, "arguments")
            + (item.TryGetProperty("content", out var parts) && parts.ValueKind == JsonValueKind.Array ? string.Concat(parts.EnumerateArray().Select(part => Text(part, "text"))) : "")));

    private static string? Text(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String ? text.GetString() : "";

    private JsonElement Whole(string path, string fields) => Events.Parse(Post(path, $"{{{fields}}}"));

    private List<JsonElement> Stream(string path, string fields) => Events.Read(Post(path, $$"""{"stream":true,{{fields}}}"""));

    private byte[] Post(string path, string body)
    {
        using var response = _server.Rest.PostAsync(path, new StringContent(body, Encoding.UTF8, "application/json")).GetAwaiter().GetResult();
        var answer = response.Content.ReadAsByteArrayAsync().GetAwaiter().GetResult();
        FuzzException.Require(response.IsSuccessStatusCode, "whatever a model writes is answered", $"{(int)response.StatusCode}: {Encoding.UTF8.GetString(answer)}");
        return answer;
    }
}
