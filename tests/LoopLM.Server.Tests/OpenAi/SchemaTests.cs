using System.Text.Json.Nodes;
using LoopLM.Server.Tests.Clients;
using LoopLM.Server.Tests.OpenAi.Responses;

namespace LoopLM.Server.Tests.OpenAi;

/// <summary>What the server answers is what OpenAI's published schema says, with members of its own beside it.</summary>
public sealed class SchemaTests(OpenAiSchemas schemas) : IClassFixture<OpenAiSchemas>
{
    private const string Chat = "/v1/chat/completions";
    private const string Completions = "/v1/completions";
    private const string Responses = "/v1/responses";
    private const string Hi = """ "messages":[{"role":"user","content":"Hi"}] """;
    private const string Tool = """ "tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object"}}}] """;
    private const string Reasoning = "<think>hm</think>Yes.";
    private const string Usage = """ "stream_options":{"include_usage":true} """;
    private const string Extensions = """ "return_token_ids":true,"return_gate_probabilities":true,"return_loop_logprobs":1 """;
    private const string Person =
        """{"type":"object","properties":{"x":{"type":"boolean"}},"required":["x"],"additionalProperties":false}""";

    public static TheoryData<string, string, string, string> Answers => new()
    {
        // Type of the answer, path, what the model says, fields.
        { "ChatCompletion", Chat, "Hello.", Hi },
        { "ChatCompletion", Chat, "Hello.", $""" {Hi},"logprobs":true,"top_logprobs":2,"n":2,{Extensions} """ },
        { "ChatCompletion", Chat, "Hello there", $"""{Hi},"max_tokens":3 """ },
        { "ChatCompletion", Chat, Reasoning, Hi },
        { "ChatCompletion", Chat, ResponseCalls.Call, $"{Hi},{Tool}" },
        { "ChatCompletion", Chat, "{\"x\":true}",
            $$$""" {{{Hi}}},"response_format":{"type":"json_schema","json_schema":{"name":"a","schema":{{{Person}}}}} """ },
        { "Completion", Completions, "Hello.", """ "prompt":"a" """ },
        { "Completion", Completions, "Hello.", $""" "prompt":["a","b"],"n":2,"logprobs":3,{Extensions} """ },
        { "Completion", Completions, "Hello, stop", """ "prompt":"a","stop":"stop" """ },
        { "EchoedCompletion", Completions, "Hello.", """ "prompt":"abc","echo":true,"logprobs":2,"prompt_logprobs":1 """ },
        { "EchoedCompletion", Completions, "Hello.", """ "prompt":"abc","echo":true,"logprobs":1,"max_tokens":0 """ },
        { "Response", Responses, "Hello.",
            """ "input":"Hi","instructions":"Be kind.","metadata":{"a":"b"},"reasoning":{"effort":"low","summary":"auto"} """ },
        { "Response", Responses, "Hello.", $""" "input":"Hi","include":["message.output_text.logprobs"],"top_logprobs":2,{Extensions} """ },
        { "Response", Responses, "Hello there", """ "input":"Hi","max_output_tokens":3 """ },
        { "Response", Responses, Reasoning, """ "input":"Hi" """ },
        { "Response", Responses, Reasoning + ResponseCalls.Call, $""" "input":"Hi","tool_choice":"auto",{ResponseCalls.Tools} """ },
        { "Response", Responses, "",
            $$""" "input":"Hi","tool_choice":{"type":"function","name":"f"},"parallel_tool_calls":false,{{ResponseCalls.Tools}} """ },
        { "Response", Responses, "", $$$""" "input":"Hi","text":{"format":{"type":"json_schema","name":"a","schema":{{{Person}}}}} """ },
    };

    public static TheoryData<string, string, string, string> Streams => new()
    {
        // Type of the events, path, what the model says, fields.
        { "ChatCompletionChunk", Chat, "Hello.", Hi },
        { "ChatCompletionChunk", Chat, "Hello.", $""" {Hi},"logprobs":true,"top_logprobs":2,"n":2,{Usage},{Extensions} """ },
        { "ChatCompletionChunk", Chat, "Hello there", $"""{Hi},"max_tokens":3,{Usage} """ },
        { "ChatCompletionChunk", Chat, Reasoning, Hi },
        { "ChatCompletionChunk", Chat, ResponseCalls.Call + ResponseCalls.Call, $"{Hi},{Tool}" },
        { "CompletionChunk", Completions, "Hello.", """ "prompt":"a" """ },
        { "CompletionChunk", Completions, "Hello.", $""" "prompt":["a","b"],"n":2,"logprobs":3,{Usage},{Extensions} """ },
        { "CompletionChunk", Completions, "Hello.", """ "prompt":"a","echo":true """ },
        { "ResponseStreamEvent", Responses, "Hello.", """ "input":"Hi" """ },
        { "ResponseStreamEvent", Responses, "Hello.",
            $""" "input":"Hi","include":["message.output_text.logprobs"],"top_logprobs":2,{Extensions} """ },
        { "ResponseStreamEvent", Responses, "Hello there", """ "input":"Hi","max_output_tokens":3 """ },
        { "ResponseStreamEvent", Responses, Reasoning + ResponseCalls.Call + "b" + ResponseCalls.Call,
            $""" "input":"Hi",{ResponseCalls.Tools} """ },
    };

    public static TheoryData<string, string, string> Errors => new()
    {
        // Method, path, body.
        { "POST", Completions, "{}" },
        { "POST", Completions, "[" },
        { "POST", Completions, """{"prompt":"a","model":"none"}""" },
        { "POST", Chat, "{}" },
        { "POST", Responses, """{"input":"Hi","store":true}""" },
        { "GET", "/v1/nothing", "" },
        { "GET", Completions, "" },
        { "GET", "/v1/models/none", "" },
    };

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task Post_Whole_IsOfThePublishedForm(string type, string path, string text, string fields)
    {
        using var model = new TemplatedModel(TemplatedModel.Talkative);
        await using var server = await StartAsync(model, text);

        var body = await PostAsync(server, path, fields);

        await AssertFormAsync(type, JsonNode.Parse(body)!);
    }

    [Theory]
    [MemberData(nameof(Streams))]
    public async Task Post_Streamed_HasEventsOfThePublishedForm(string type, string path, string text, string fields)
    {
        using var model = new TemplatedModel(TemplatedModel.Talkative);
        await using var server = await StartAsync(model, text);

        var body = await PostAsync(server, path, fields + ",\"stream\":true");

        JsonNode[] events = [.. Data(body.Split('\n'))];
        Assert.True(events.Length > 3, body);
        await AssertFormAsync(type, events);
    }

    [Fact]
    public async Task Post_ModelFailsInMidStream_SendsEventsOfThePublishedForm()
    {
        using var model = new TemplatedModel(TemplatedModel.Talkative);
        await using var server = await StartAsync(model, "abcdefgh");
        NodeClient.FailAt(server, 5);

        var lines = await server.ReadBrokenStreamAsync(
            Responses, """{"input":"Hi","temperature":0,"max_output_tokens":20,"stream":true}""");

        JsonNode[] events = [.. Data(lines)];
        Assert.Equal("response.failed", events[^1]["type"]!.GetValue<string>());
        await AssertFormAsync("ResponseStreamEvent", events);
    }

    [Fact]
    public async Task Get_Models_AreOfThePublishedForm()
    {
        await using var server = await ServerHarness.StartAsync();

        await AssertFormAsync("ModelList", JsonNode.Parse(await server.Rest.GetStringAsync("/v1/models"))!);
        await AssertFormAsync("Model", JsonNode.Parse(await server.Rest.GetStringAsync($"/v1/models/{server.ModelName}"))!);
    }

    [Theory]
    [MemberData(nameof(Errors))]
    public async Task Send_Refused_IsOfThePublishedForm(string method, string path, string body)
    {
        await using var server = await ServerHarness.StartAsync();
        using var request = new HttpRequestMessage(new HttpMethod(method), path)
        {
            Content = body.Length > 0 ? ServerHarness.Json(body) : null,
        };

        using var response = await server.Rest.SendAsync(request);

        Assert.False(response.IsSuccessStatusCode);
        await AssertFormAsync("ErrorAnswer", JsonNode.Parse(await response.Content.ReadAsStringAsync())!);
    }

    [Fact]
    public async Task Schema_MemberMissing_IsAProblem()
    {
        var error = JsonNode.Parse("""{"error":{"message":"a","type":"b","param":null}}""")!;

        Assert.Equal(["/error must have required property 'code'"], await schemas.FindProblemsAsync("ErrorAnswer", error));
    }

    private static Task<ServerHarness> StartAsync(TemplatedModel model, string text) =>
        ServerHarness.StartAsync(text: text, contextLength: 256, settings: [model.Setting]);

    private static async Task<string> PostAsync(ServerHarness server, string path, string fields)
    {
        var most = fields.Contains("max_", StringComparison.Ordinal) ? ""
            : path == Responses ? ",\"max_output_tokens\":200"
            : ",\"max_tokens\":200";
        using var response = await server.Rest.PostAsync(path, ServerHarness.Json($"{{\"temperature\":0{most},{fields}}}"));
        var body = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, body);
        return body;
    }

    private static IEnumerable<JsonNode> Data(IEnumerable<string> lines) =>
        lines.Where(line => line.StartsWith("data: {", StringComparison.Ordinal)).Select(line => JsonNode.Parse(line["data: ".Length..])!);

    private async Task AssertFormAsync(string type, params JsonNode[] values) =>
        Assert.Empty(await schemas.FindProblemsAsync(type, values));
}
