using System.Text.Json;
using System.Text.Json.Nodes;

namespace LoopLM.Server.Tests.Clients;

/// <summary>Clients for Node that hide OpenAI's protocol behind chats of their own: the AI SDK, and LangChain.</summary>
public sealed class ChatClientNodeTests
{
    private const string AiSdk = "ai-sdk.mjs";
    private const string LangChain = "langchain.mjs";
    private const string ByResponses = "\"responses\":true";
    private const string Call = """<tool_call>{"name":"f","arguments":{"x":1}}</tool_call>""";

    [Theory]
    [InlineData(AiSdk, "\"stream\":false")]
    [InlineData(AiSdk, "\"stream\":true")]
    [InlineData(LangChain, "\"stream\":false")]
    [InlineData(LangChain, "\"stream\":true")]
    [InlineData(LangChain, "\"stream\":false," + ByResponses, "completed")]
    [InlineData(LangChain, "\"stream\":true," + ByResponses, "completed")]
    public async Task Ask_Prompt_GivesTextReasonAndUsage(string script, string options, string reason = "stop")
    {
        await using var server = await ServerHarness.StartAsync(text: "Hello \ud83d\ude00.");

        var result = await AskAsync(server, script, server.ModelName, options);

        Assert.Equal(("Hello \ud83d\ude00.", reason, 12),
            (result["text"]?.GetValue<string>(), result["finishReason"]?.GetValue<string>(), result["outputTokens"]?.GetValue<int>()));
    }

    [Theory]
    [InlineData(AiSdk, "\"stream\":false")]
    [InlineData(AiSdk, "\"stream\":true")]
    [InlineData(LangChain, "\"stream\":false")]
    [InlineData(LangChain, "\"stream\":true")]
    [InlineData(LangChain, "\"stream\":true," + ByResponses)]
    public async Task Ask_ToolThatIsCalled_GivesTheCallAndTakesItsResult(string script, string options)
    {
        using var model = new TemplatedModel(TemplatedModel.Talkative);
        await using var server = await ServerHarness.StartAsync(text: Call, contextLength: 256, settings: [model.Setting]);

        var result = await AskAsync(server, script, server.ModelName, $"\"want\":\"call\",\"maxTokens\":100,{options}");

        var steps = result["steps"]!.AsArray();
        Assert.Equal(2, steps.Count);
        Assert.All(steps, step => Assert.Equal("""[["f",{"x":1}]]""", step!["calls"]!.ToJsonString()));
    }

    [Theory]
    [InlineData(AiSdk, "\"want\":\"object\"")]
    [InlineData(LangChain, "\"want\":\"object\",\"method\":\"jsonSchema\"")]
    [InlineData(LangChain, "\"want\":\"object\",\"method\":\"functionCalling\"")]
    [InlineData(LangChain, "\"want\":\"object\",\"method\":\"jsonSchema\"," + ByResponses)]
    [InlineData(LangChain, "\"want\":\"object\",\"method\":\"functionCalling\"," + ByResponses)]
    public async Task Ask_ObjectOfASchema_GivesOne(string script, string options)
    {
        using var model = new TemplatedModel(TemplatedModel.Talkative);
        await using var server = await ServerHarness.StartAsync(text: "No JSON here.", contextLength: 512, settings: [model.Setting]);
        server.Runner.Certainty = 5;

        var result = await AskAsync(server, script, server.ModelName, $"\"maxTokens\":400,{options}");

        var member = Assert.Single(result["object"]!.AsObject());
        Assert.Equal(("x", true), (member.Key, member.Value!.GetValueKind() is JsonValueKind.True or JsonValueKind.False));
    }

    [Theory]
    [InlineData(AiSdk, "\"stream\":false")]
    [InlineData(AiSdk, "\"stream\":true")]
    [InlineData(LangChain, "\"stream\":false")]
    [InlineData(LangChain, "\"stream\":true")]
    [InlineData(LangChain, "\"stream\":true," + ByResponses)]
    public async Task Ask_UnknownModel_ReportsTheStatus(string script, string options)
    {
        await using var server = await ServerHarness.StartAsync();

        var result = await AskAsync(server, script, "none", options);

        Assert.Equal(404, result["error"]!["status"]!.GetValue<int>());
    }

    [Theory]
    [InlineData(AiSdk, "\"stream\":true")]
    [InlineData(LangChain, "\"stream\":true")]
    [InlineData(LangChain, "\"stream\":true," + ByResponses)]
    public async Task Ask_ModelFailsInMidStream_ReportsAnError(string script, string options)
    {
        await using var server = await ServerHarness.StartAsync();
        NodeClient.FailAt(server, 25);

        var result = await AskAsync(server, script, server.ModelName, options);

        Assert.NotNull(result["error"]);
    }

    private static async Task<JsonObject> AskAsync(ServerHarness server, string script, string model, string options)
    {
        var most = options.Contains("maxTokens", StringComparison.Ordinal) ? "" : "\"maxTokens\":40,";
        using var client = new NodeClient(script);
        return await client.AskAsync(server, $$"""{"model":"{{model}}","prompt":"Hi",{{most}}{{options}}}""");
    }
}
