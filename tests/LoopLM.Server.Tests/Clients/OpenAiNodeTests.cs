using System.Text.Json.Nodes;
using LoopLM.Server.Tests.OpenAi.Responses;

namespace LoopLM.Server.Tests.Clients;

/// <summary>OpenAI's own SDK for Node as a client.</summary>
public sealed class OpenAiNodeTests : IDisposable
{
    private const string Hi = "\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}],\"temperature\":0,\"max_tokens\":40";

    private const string Input = "\"input\":\"Hi\",\"temperature\":0,\"max_output_tokens\":40";

    private readonly NodeClient _client = new("openai.mjs");

    public void Dispose() => _client.Dispose();

    [Fact]
    public async Task Chat_Whole_GivesTextReasonUsageAndExitSteps()
    {
        await using var server = await ServerHarness.StartAsync(text: "Hello.");

        var answer = (await AskAsync(server, "chat", Hi))["answer"]!;

        var choice = answer["choices"]![0]!;
        Assert.Equal(("Hello.", "stop"), (choice["message"]!["content"]!.GetValue<string>(), choice["finish_reason"]!.GetValue<string>()));
        Assert.Equal(("[4,4,4,4,4,4,4]", 28), (choice["exit_steps"]!.ToJsonString(), answer["usage"]!["total_tokens"]!.GetValue<int>()));
    }

    [Fact]
    public async Task Chat_Streamed_GivesTheSameTextAndTheUsage()
    {
        await using var server = await ServerHarness.StartAsync(text: "Hello.");

        var chunks = (await AskAsync(server, "chat", Hi + ",\"stream\":true,\"stream_options\":{\"include_usage\":true}"))["chunks"]!
            .AsArray();

        var choices = chunks.Where(chunk => chunk!["choices"]!.AsArray().Count > 0).Select(chunk => chunk!["choices"]![0]!).ToList();
        Assert.Equal("Hello.", string.Concat(choices.Select(choice => choice["delta"]!["content"]?.GetValue<string>())));
        Assert.Equal("stop", choices[^1]["finish_reason"]!.GetValue<string>());
        Assert.Equal(7, chunks[^1]!["usage"]!["completion_tokens"]!.GetValue<int>());
    }

    [Fact]
    public async Task Completions_SeveralChoicesWithLogprobs_AreRead()
    {
        await using var server = await ServerHarness.StartAsync();

        var choices = (await AskAsync(
            server, "completions",
            "\"prompt\":\"a\",\"n\":2,\"max_tokens\":1,\"logprobs\":1,\"temperature\":0"))["answer"]!["choices"]!.AsArray();

        Assert.Equal(["h", "h"], choices.Select(choice => choice!["text"]!.GetValue<string>()));
        Assert.All(choices, choice => Assert.Equal("""["h"]""", choice!["logprobs"]!["tokens"]!.ToJsonString()));
    }

    [Fact]
    public async Task Completions_Streamed_GivesTheText()
    {
        await using var server = await ServerHarness.StartAsync();

        var chunks = (await AskAsync(
            server, "completions", "\"prompt\":\"a\",\"max_tokens\":4,\"temperature\":0,\"stream\":true"))["chunks"]!.AsArray();

        Assert.Equal("h\u00e9l", string.Concat(chunks.Select(chunk => chunk!["choices"]![0]!["text"]!.GetValue<string>())));
    }

    [Fact]
    public async Task Chat_ToolCallDemanded_GivesACallWithJsonArguments()
    {
        using var model = new TemplatedModel(TemplatedModel.Talkative);
        await using var server = await ServerHarness.StartAsync(text: "No call here.", contextLength: 128, settings: [model.Setting]);
        server.Runner.Certainty = 5;
        const string tools =
            ",\"seed\":1,\"tool_choice\":\"required\",\"parallel_tool_calls\":false,\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"parameters\":{\"type\":\"object\",\"properties\":{\"x\":{\"type\":\"boolean\"}},\"required\":[\"x\"],\"additionalProperties\":false}}}]";

        var choice = (await AskAsync(server, "chat", Hi.Replace("40", "100", StringComparison.Ordinal) + tools))["answer"]!["choices"]![0]!;

        var call = Assert.Single(choice["message"]!["tool_calls"]!.AsArray())!["function"]!;
        Assert.Equal(("tool_calls", "f"), (choice["finish_reason"]!.GetValue<string>(), call["name"]!.GetValue<string>()));
        Assert.Equal(["x"], JsonNode.Parse(call["arguments"]!.GetValue<string>())!.AsObject().Select(argument => argument.Key));
    }

    [Fact]
    public async Task Responses_Whole_GivesTextUsageAndExitSteps()
    {
        await using var server = await ServerHarness.StartAsync(text: "Hello.");

        var answer = (await AskAsync(server, "responses", Input))["answer"]!;

        Assert.Equal(("Hello.", "completed"), (answer["output_text"]!.GetValue<string>(), answer["status"]!.GetValue<string>()));
        Assert.Equal(("[4,4,4,4,4,4,4]", 7), (answer["exit_steps"]!.ToJsonString(), answer["usage"]!["output_tokens"]!.GetValue<int>()));
    }

    [Fact]
    public async Task Responses_Streamed_AreJoinedByTheSdk()
    {
        using var model = new TemplatedModel(TemplatedModel.Talkative);
        await using var server = await ServerHarness.StartAsync(
            text: "<think>hm</think>I ask." + ResponseCalls.Call, contextLength: 256, settings: [model.Setting]);

        var result = await AskAsync(
            server, "responses", $"{Input.Replace("40", "150", StringComparison.Ordinal)},{ResponseCalls.Tools},\"stream\":true");

        Assert.Null(result["error"]);
        var output = result["answer"]!["output"]!.AsArray();
        Assert.Equal(["reasoning", "message", "function_call"], output.Select(item => item!["type"]!.GetValue<string>()));
        Assert.Equal(
            ("I ask.", """{"x":1}"""),
            (output[1]!["content"]![0]!["text"]!.GetValue<string>(), output[2]!["arguments"]!.GetValue<string>()));
        Assert.Equal(
            "I ask.", string.Concat(
                result["chunks"]!.AsArray().Where(chunk => chunk!["type"]!.GetValue<string>() == "response.output_text.delta")
                    .Select(chunk => chunk!["delta"]!.GetValue<string>())));
    }

    [Fact]
    public async Task Responses_OutputSentBack_GoesOn()
    {
        using var model = new TemplatedModel(TemplatedModel.Talkative);
        await using var server = await ServerHarness.StartAsync(
            text: "<think>hm</think>I ask." + ResponseCalls.Call, contextLength: 512, settings: [model.Setting]);
        var first = (await AskAsync(
            server, "responses",
            $"{Input.Replace("40", "150", StringComparison.Ordinal)},{ResponseCalls.Tools}"))["answer"]!["output"]!.AsArray();
        var items = first.Select(item => item!.ToJsonString())
            .Append($$"""{"type":"function_call_output","call_id":{{first[2]!["call_id"]!.ToJsonString()}},"output":"2"}""");

        var second = (await AskAsync(
            server, "responses", $"\"input\":[{string.Join(',', items)}],\"max_output_tokens\":150,{ResponseCalls.Tools}"))["answer"]!;

        Assert.Equal("completed", second["status"]!.GetValue<string>());
    }

    [Fact]
    public async Task Responses_Refused_ThrowsWithTheField()
    {
        await using var server = await ServerHarness.StartAsync();

        var result = await AskAsync(server, "responses", Input + ",\"previous_response_id\":\"resp_1\"");

        Assert.Equal(
            """{"name":"BadRequestError","status":400,"code":"unsupported_parameter","param":"previous_response_id"}""",
            result["error"]!.ToJsonString());
    }

    [Fact]
    public async Task Responses_ModelFailsInMidStream_Throws()
    {
        await using var server = await ServerHarness.StartAsync();
        NodeClient.FailAt(server, 25);

        var result = await AskAsync(server, "responses", Input + ",\"stream\":true");

        Assert.NotNull(result["error"]);
        Assert.DoesNotContain("response.completed", result["chunks"]!.AsArray().Select(chunk => chunk!["type"]!.GetValue<string>()));
    }

    [Fact]
    public async Task Model_Unknown_ThrowsNotFound()
    {
        await using var server = await ServerHarness.StartAsync();

        var result = await _client.AskAsync(server, """{"call":"model","body":{"model":"none"}}""");

        Assert.Equal("""{"name":"NotFoundError","status":404,"code":"model_not_found","param":"model"}""", result["error"]!.ToJsonString());
    }

    [Fact]
    public async Task Chat_FieldOutOfRange_ThrowsBadRequest()
    {
        await using var server = await ServerHarness.StartAsync();

        var result = await AskAsync(server, "chat", Hi + ",\"top_p\":2");

        Assert.Equal("""{"name":"BadRequestError","status":400,"code":"invalid_value","param":"top_p"}""", result["error"]!.ToJsonString());
    }

    [Fact]
    public async Task Chat_ModelFailsInMidStream_Throws()
    {
        await using var server = await ServerHarness.StartAsync();
        NodeClient.FailAt(server, 25);

        var result = await AskAsync(server, "chat", Hi + ",\"stream\":true");

        Assert.NotNull(result["error"]);
        Assert.All(result["chunks"]!.AsArray(), chunk => Assert.Null(chunk!["choices"]![0]!["finish_reason"]));
    }

    private Task<JsonObject> AskAsync(ServerHarness server, string call, string fields) =>
        _client.AskAsync(server, $$"""{"call":"{{call}}","body":{"model":"{{server.ModelName}}",{{fields}} } }""");
}
