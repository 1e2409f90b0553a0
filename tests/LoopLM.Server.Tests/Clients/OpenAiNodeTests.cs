using System.Text.Json.Nodes;
using LoopLM.Server.Tests.OpenAi.Chat;

namespace LoopLM.Server.Tests.Clients;

/// <summary>OpenAI's own SDK for Node as a client.</summary>
public sealed class OpenAiNodeTests : IDisposable
{
    private const string Hi = "\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}],\"temperature\":0,\"max_tokens\":40";

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

        var chunks = (await AskAsync(server, "chat", Hi + ",\"stream\":true,\"stream_options\":{\"include_usage\":true}"))["chunks"]!.AsArray();

        var choices = chunks.Where(chunk => chunk!["choices"]!.AsArray().Count > 0).Select(chunk => chunk!["choices"]![0]!).ToList();
        Assert.Equal("Hello.", string.Concat(choices.Select(choice => choice["delta"]!["content"]?.GetValue<string>())));
        Assert.Equal("stop", choices[^1]["finish_reason"]!.GetValue<string>());
        Assert.Equal(7, chunks[^1]!["usage"]!["completion_tokens"]!.GetValue<int>());
    }

    [Fact]
    public async Task Completions_SeveralChoicesWithLogprobs_AreRead()
    {
        await using var server = await ServerHarness.StartAsync();

        var choices = (await AskAsync(server, "completions", "\"prompt\":\"a\",\"n\":2,\"max_tokens\":1,\"logprobs\":1,\"temperature\":0"))["answer"]!["choices"]!.AsArray();

        Assert.Equal(["h", "h"], choices.Select(choice => choice!["text"]!.GetValue<string>()));
        Assert.All(choices, choice => Assert.Equal("""["h"]""", choice!["logprobs"]!["tokens"]!.ToJsonString()));
    }

    [Fact]
    public async Task Completions_Streamed_GivesTheText()
    {
        await using var server = await ServerHarness.StartAsync();

        var chunks = (await AskAsync(server, "completions", "\"prompt\":\"a\",\"max_tokens\":4,\"temperature\":0,\"stream\":true"))["chunks"]!.AsArray();

        Assert.Equal("h\u00e9l", string.Concat(chunks.Select(chunk => chunk!["choices"]![0]!["text"]!.GetValue<string>())));
    }

    [Fact]
    public async Task Chat_ToolCallDemanded_GivesACallWithJsonArguments()
    {
        using var model = new TemplatedModel(TemplatedModel.Talkative);
        await using var server = await ServerHarness.StartAsync(text: "No call here.", contextLength: 128, settings: [model.Setting]);
        server.Runner.Certainty = 5;
        const string tools = ",\"seed\":1,\"tool_choice\":\"required\",\"parallel_tool_calls\":false,\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"parameters\":{\"type\":\"object\",\"properties\":{\"x\":{\"type\":\"boolean\"}},\"required\":[\"x\"]}}}]";

        var choice = (await AskAsync(server, "chat", Hi.Replace("40", "100", StringComparison.Ordinal) + tools))["answer"]!["choices"]![0]!;

        var call = Assert.Single(choice["message"]!["tool_calls"]!.AsArray())!["function"]!;
        Assert.Equal(("tool_calls", "f"), (choice["finish_reason"]!.GetValue<string>(), call["name"]!.GetValue<string>()));
        Assert.Equal(["x"], JsonNode.Parse(call["arguments"]!.GetValue<string>())!.AsObject().Select(argument => argument.Key));
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
