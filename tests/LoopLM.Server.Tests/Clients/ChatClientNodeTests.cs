using System.Text.Json.Nodes;

namespace LoopLM.Server.Tests.Clients;

/// <summary>Clients for Node that hide OpenAI's protocol behind chats of their own: the AI SDK, and LangChain.</summary>
public sealed class ChatClientNodeTests
{
    private const string AiSdk = "ai-sdk.mjs";
    private const string LangChain = "langchain.mjs";

    [Theory]
    [InlineData(AiSdk, false)]
    [InlineData(AiSdk, true)]
    [InlineData(LangChain, false)]
    [InlineData(LangChain, true)]
    public async Task Ask_Prompt_GivesTextReasonAndUsage(string script, bool stream)
    {
        await using var server = await ServerHarness.StartAsync(text: "Hello \ud83d\ude00.");

        var result = await AskAsync(server, script, server.ModelName, stream);

        Assert.Equal(("Hello \ud83d\ude00.", "stop", 12), (result["text"]!.GetValue<string>(), result["finishReason"]!.GetValue<string>(), result["outputTokens"]!.GetValue<int>()));
    }

    [Theory]
    [InlineData(AiSdk, false)]
    [InlineData(AiSdk, true)]
    [InlineData(LangChain, false)]
    [InlineData(LangChain, true)]
    public async Task Ask_UnknownModel_ReportsTheStatus(string script, bool stream)
    {
        await using var server = await ServerHarness.StartAsync();

        var result = await AskAsync(server, script, "none", stream);

        Assert.Equal(404, result["error"]!["status"]!.GetValue<int>());
    }

    [Theory]
    [InlineData(AiSdk)]
    [InlineData(LangChain)]
    public async Task Ask_ModelFailsInMidStream_ReportsAnError(string script)
    {
        await using var server = await ServerHarness.StartAsync();
        NodeClient.FailAt(server, 25);

        var result = await AskAsync(server, script, server.ModelName, stream: true);

        Assert.NotNull(result["error"]);
    }

    private static async Task<JsonObject> AskAsync(ServerHarness server, string script, string model, bool stream)
    {
        using var client = new NodeClient(script);
        return await client.AskAsync(server, $$"""{"model":"{{model}}","stream":{{(stream ? "true" : "false")}},"prompt":"Hi"}""");
    }
}
