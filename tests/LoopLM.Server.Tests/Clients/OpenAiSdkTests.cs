// Extension fields are read and written through the SDK's patch, which it marks as experimental.
#pragma warning disable SCME0001

using System.ClientModel;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;
using OpenAI;
using OpenAI.Chat;

namespace LoopLM.Server.Tests.Clients;

/// <summary>OpenAI's own .NET SDK, and Microsoft.Extensions.AI upon it, as clients of chats.</summary>
public sealed class OpenAiSdkTests
{
    private const string Call = """<tool_call>{"name":"f","arguments":{"x":1}}</tool_call>""";
    private const string Schema =
        """{"type":"object","properties":{"x":{"type":"boolean"}},"required":["x"],"additionalProperties":false}""";

    [Fact]
    public async Task CompleteChat_Conversation_GivesTextReasonUsageAndExitSteps()
    {
        await using var server = await ServerHarness.StartAsync(text: "Hello.");
        using var patience = new CancellationTokenSource(ServerHarness.Patience);

        ChatCompletion completion = await Client(server).CompleteChatAsync([new UserChatMessage("Hi")], Options(), patience.Token);

        Assert.Equal(("Hello.", OpenAI.Chat.ChatFinishReason.Stop, 28),
            (completion.Content[0].Text, completion.FinishReason, completion.Usage.TotalTokenCount));
        Assert.True(completion.Patch.TryGetJson("$.choices[0].exit_steps"u8, out var exitSteps));
        Assert.Equal("[4,4,4,4,4,4,4]", Encoding.UTF8.GetString(exitSteps.Span));
    }

    [Fact]
    public async Task CompleteChat_LoopExtension_ReachesTheEngine()
    {
        await using var server = await ServerHarness.StartAsync(text: "ab");
        using var patience = new CancellationTokenSource(ServerHarness.Patience);
        var options = Options();
        options.Patch.Set("$.max_loops"u8, 2);

        ChatCompletion completion = await Client(server).CompleteChatAsync([new UserChatMessage("Hi")], options, patience.Token);

        Assert.True(completion.Patch.TryGetJson("$.choices[0].exit_steps"u8, out var exitSteps));
        Assert.Equal("[4,2,2]", Encoding.UTF8.GetString(exitSteps.Span));
    }

    [Fact]
    public async Task CompleteChat_Logprobs_AreRead()
    {
        await using var server = await ServerHarness.StartAsync(text: "\u00e9");
        using var patience = new CancellationTokenSource(ServerHarness.Patience);
        var options = Options();
        options.IncludeLogProbabilities = true;
        options.TopLogProbabilityCount = 2;

        ChatCompletion completion = await Client(server).CompleteChatAsync([new UserChatMessage("Hi")], options, patience.Token);

        var first = completion.ContentTokenLogProbabilities[0];
        Assert.Equal((0f, 2), (first.LogProbability, first.TopLogProbabilities.Count));
        Assert.Equal([0xc3], first.Utf8Bytes!.Value.ToArray());
    }

    [Fact]
    public async Task CompleteChatStreaming_Conversation_GivesTextReasonAndUsage()
    {
        await using var server = await ServerHarness.StartAsync(text: "Hello \ud83d\ude00.");
        using var patience = new CancellationTokenSource(ServerHarness.Patience);
        var (text, reasons, tokens) = (new StringBuilder(), new List<OpenAI.Chat.ChatFinishReason>(), 0);

        await foreach (var update in Client(server).CompleteChatStreamingAsync([new UserChatMessage("Hi")], Options(), patience.Token))
        {
            update.ContentUpdate.ToList().ForEach(part => text.Append(part.Text));
            reasons.AddRange(update.FinishReason is { } reason ? [reason] : []);
            tokens = update.Usage?.OutputTokenCount ?? tokens;
        }

        Assert.Equal(("Hello \ud83d\ude00.", 12), (text.ToString(), tokens));
        Assert.Equal([OpenAI.Chat.ChatFinishReason.Stop], reasons);
    }

    [Fact]
    public async Task CompleteChat_ToolCall_IsRead()
    {
        using var model = new TemplatedModel(TemplatedModel.Talkative);
        await using var server = await ServerHarness.StartAsync(text: Call, settings: [model.Setting]);
        using var patience = new CancellationTokenSource(ServerHarness.Patience);
        var options = Options();
        options.MaxOutputTokenCount = 60;
        options.Tools.Add(ChatTool.CreateFunctionTool("f", "Does it.", BinaryData.FromString("""{"type":"object"}""")));

        ChatCompletion completion = await Client(server).CompleteChatAsync([new UserChatMessage("Hi")], options, patience.Token);

        Assert.Equal(OpenAI.Chat.ChatFinishReason.ToolCalls, completion.FinishReason);
        var call = Assert.Single(completion.ToolCalls);
        Assert.Equal(("f", """{"x":1}"""), (call.FunctionName, call.FunctionArguments.ToString()));
    }

    [Fact]
    public async Task CompleteChat_ToolCallDemanded_GivesACallThatMatchesItsSchema()
    {
        using var model = new TemplatedModel(TemplatedModel.Talkative);
        await using var server = await ServerHarness.StartAsync(text: "No call here.", contextLength: 128, settings: [model.Setting]);
        server.Runner.Certainty = 5;
        using var patience = new CancellationTokenSource(ServerHarness.Patience);
        var options = Options();
        options.MaxOutputTokenCount = 100;
        options.ToolChoice = ChatToolChoice.CreateFunctionChoice("f");
        options.AllowParallelToolCalls = false;
        options.Tools.Add(ChatTool.CreateFunctionTool("f", "Does it.", BinaryData.FromString(Schema), functionSchemaIsStrict: true));

        ChatCompletion completion = await Client(server).CompleteChatAsync([new UserChatMessage("Hi")], options, patience.Token);

        var call = Assert.Single(completion.ToolCalls);
        Assert.Equal("f", call.FunctionName);
        AssertMatchesSchema(call.FunctionArguments.ToString());
    }

    [Fact]
    public async Task CompleteChat_StructuredOutput_MatchesItsSchema()
    {
        await using var server = await ServerHarness.StartAsync(text: "No JSON here.");
        server.Runner.Certainty = 5;
        using var patience = new CancellationTokenSource(ServerHarness.Patience);
        var options = Options();
        options.ResponseFormat = OpenAI.Chat.ChatResponseFormat.CreateJsonSchemaFormat(
            "answer", BinaryData.FromString(Schema), jsonSchemaIsStrict: true);

        ChatCompletion completion = await Client(server).CompleteChatAsync([new UserChatMessage("Hi")], options, patience.Token);

        Assert.Equal(OpenAI.Chat.ChatFinishReason.Stop, completion.FinishReason);
        AssertMatchesSchema(completion.Content[0].Text);
    }

    [Fact]
    public async Task CompleteChat_Refused_ThrowsWithTheServersMessage()
    {
        await using var server = await ServerHarness.StartAsync();
        using var patience = new CancellationTokenSource(ServerHarness.Patience);
        var options = Options();
        options.Temperature = 3;

        var exception = await Assert.ThrowsAsync<ClientResultException>(() =>
            Client(server).CompleteChatAsync([new UserChatMessage("Hi")], options, patience.Token));

        Assert.Equal(400, exception.Status);
        Assert.Contains("temperature", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task GetResponse_ByMicrosoftExtensionsAI_GivesTextAndReason()
    {
        await using var server = await ServerHarness.StartAsync(text: "Hello.");
        using var patience = new CancellationTokenSource(ServerHarness.Patience);
        using var client = Client(server).AsIChatClient();

        var response = await client.GetResponseAsync("Hi", new ChatOptions { MaxOutputTokens = 40, Temperature = 0 }, patience.Token);

        Assert.Equal(("Hello.", Microsoft.Extensions.AI.ChatFinishReason.Stop, 7),
            (response.Text, response.FinishReason, response.Usage!.OutputTokenCount));
    }

    [Fact]
    public async Task GetStreamingResponse_ByMicrosoftExtensionsAI_GivesTheSameText()
    {
        await using var server = await ServerHarness.StartAsync(text: "Hello.");
        using var patience = new CancellationTokenSource(ServerHarness.Patience);
        using var client = Client(server).AsIChatClient();

        var response = await client.GetStreamingResponseAsync(
            "Hi", new ChatOptions { MaxOutputTokens = 40, Temperature = 0 }, patience.Token)
            .ToChatResponseAsync(patience.Token);

        Assert.Equal(("Hello.", Microsoft.Extensions.AI.ChatFinishReason.Stop), (response.Text, response.FinishReason));
    }

    private static void AssertMatchesSchema(string json)
    {
        var property = Assert.Single(JsonElement.Parse(json).EnumerateObject());
        Assert.Equal("x", property.Name);
        Assert.True(property.Value.ValueKind is JsonValueKind.True or JsonValueKind.False);
    }

    private static ChatCompletionOptions Options() => new() { MaxOutputTokenCount = 40, Temperature = 0 };

    private static ChatClient Client(ServerHarness server) =>
        new(server.ModelName, new ApiKeyCredential("none"), new OpenAIClientOptions { Endpoint = new Uri(server.Rest.BaseAddress!, "v1") });
}
