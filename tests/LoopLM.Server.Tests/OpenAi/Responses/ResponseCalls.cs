using System.Net;
using System.Text.Json.Nodes;
using LoopLM.Server.Tests.OpenAi.Chat;

namespace LoopLM.Server.Tests.OpenAi.Responses;

/// <summary>Posts to <c>/v1/responses</c> and reads what comes.</summary>
internal static class ResponseCalls
{
    private const string Path = "/v1/responses";

    /// <summary>A request that is answered greedily by at most 40 tokens; its object is still open.</summary>
    public const string Hi = """{"input":"Hi","max_output_tokens":40,"temperature":0""";

    public const string Tools = """ "tools":[{"type":"function","name":"f","parameters":{"type":"object"}}] """;

    public const string Call = """<tool_call>{"name":"f","arguments":{"x":1}}</tool_call>""";

    /// <summary>Names that are drawn by chance, or tell the time.</summary>
    private static readonly string[] s_chance = ["id", "item_id", "call_id", "created_at", "completed_at", "obfuscation"];

    public static Task<HttpResponseMessage> PostAsync(ServerHarness server, string body) =>
        server.Rest.PostAsync(Path, ServerHarness.Json(body));

    /// <summary>Posts a request that must be answered whole.</summary>
    public static async Task<JsonNode> AskAsync(ServerHarness server, string body)
    {
        using var response = await PostAsync(server, body);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.OK, text);
        return JsonNode.Parse(text)!;
    }

    /// <summary>Posts a request that must be answered by a stream, and gives its events, of which each bears its type as name.</summary>
    public static async Task<List<JsonNode>> StreamAsync(ServerHarness server, string body)
    {
        using var response = await PostAsync(server, body);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        return Events((await response.Content.ReadAsStringAsync()).Split("\n\n")[..^1]);
    }

    /// <summary>The events of a stream that may have been broken off.</summary>
    public static List<JsonNode> Events(IEnumerable<string> blocks) => [.. blocks.Select(block =>
    {
        var lines = block.Split('\n');
        var data = JsonNode.Parse(lines[1]["data: ".Length..])!;
        Assert.Equal((2, $"event: {data["type"]}"), (lines.Length, lines[0]));
        return data;
    })];

    public static IEnumerable<string> Types(IEnumerable<JsonNode> events) => events.Select(each => each["type"]!.GetValue<string>());

    /// <summary>The same without what is drawn by chance, to compare with others.</summary>
    public static string Canonical(JsonNode? node) => WithoutChance(node)?.ToJsonString(ChatChunks.FewEscapes) ?? "null";

    private static JsonNode? WithoutChance(JsonNode? node) => node switch
    {
        JsonObject map => new JsonObject(
            map.Where(each => !s_chance.Contains(each.Key)).Select(each => KeyValuePair.Create(each.Key, WithoutChance(each.Value)))),
        JsonArray list => new JsonArray([.. list.Select(WithoutChance)]),
        _ => node?.DeepClone(),
    };
}
