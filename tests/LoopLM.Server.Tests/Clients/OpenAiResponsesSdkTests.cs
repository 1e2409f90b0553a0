// The SDK marks its client of responses, and the patch by which extension fields are read, as experimental.
#pragma warning disable OPENAI001
#pragma warning disable SCME0001

using System.ClientModel;
using System.Text;
using System.Text.Json;
using LoopLM.Server.Tests.OpenAi.Responses;
using Microsoft.Extensions.AI;
using OpenAI.Responses;

namespace LoopLM.Server.Tests.Clients;

/// <summary>OpenAI's own .NET SDK, and Microsoft.Extensions.AI upon it, as clients of responses.</summary>
public sealed class OpenAiResponsesSdkTests
{
    private const string Reasoning = "<think>hm</think>";
    private const string Schema =
        """{"type":"object","properties":{"x":{"type":"boolean"}},"required":["x"],"additionalProperties":false}""";

    [Fact]
    public async Task CreateResponse_Text_GivesTextStatusUsageAndExitSteps()
    {
        await using var server = await ServerHarness.StartAsync(text: "Hello.", contextLength: 128);
        using var patience = new CancellationTokenSource(ServerHarness.Patience);
        var options = Options(server);
        options.Instructions = "Be kind.";
        options.Metadata.Add("a", "b");

        ResponseResult response = await Client(server).CreateResponseAsync(options, patience.Token);

        Assert.Equal(("Hello.", ResponseStatus.Completed, 7), (response.GetOutputText(), response.Status, response.Usage.OutputTokenCount));
        Assert.Equal(("b", 40), (response.Metadata["a"], response.MaxOutputTokenCount));
        Assert.True(response.Patch.TryGetJson("$.exit_steps"u8, out var exitSteps));
        Assert.Equal("[4,4,4,4,4,4,4]", Encoding.UTF8.GetString(exitSteps.Span));
    }

    [Fact]
    public async Task CreateResponse_Logprobs_AreRead()
    {
        await using var server = await ServerHarness.StartAsync(text: "\u00e9");
        using var patience = new CancellationTokenSource(ServerHarness.Patience);
        var options = Options(server);
        options.IncludedProperties.Add(IncludedResponseProperty.MessageOutputTextLogProbabilities);
        options.TopLogProbabilityCount = 2;

        ResponseResult response = await Client(server).CreateResponseAsync(options, patience.Token);

        var part = Assert.IsAssignableFrom<MessageResponseItem>(Assert.Single(response.OutputItems)).Content[0];
        Assert.Equal(2, part.OutputTextTokenLogProbabilities.Count);
    }

    [Fact]
    public async Task CreateResponse_LimitOfTokens_IsIncomplete()
    {
        await using var server = await ServerHarness.StartAsync(text: "Hello.");
        using var patience = new CancellationTokenSource(ServerHarness.Patience);
        var options = Options(server);
        options.MaxOutputTokenCount = 3;

        ResponseResult response = await Client(server).CreateResponseAsync(options, patience.Token);

        Assert.Equal((ResponseStatus.Incomplete, ResponseIncompleteStatusReason.MaxOutputTokens),
            (response.Status, response.IncompleteStatusDetails.Reason));
    }

    [Fact]
    public async Task CreateResponseStreaming_ReasoningTextAndCall_GivesTheSameAsWhole()
    {
        using var model = new TemplatedModel(TemplatedModel.Talkative);
        await using var server = await ServerHarness.StartAsync(
            text: Reasoning + "I ask." + ResponseCalls.Call, contextLength: 256, settings: [model.Setting]);
        using var patience = new CancellationTokenSource(ServerHarness.Patience);
        var options = Options(server);
        options.StreamingEnabled = true;
        options.MaxOutputTokenCount = 150;
        options.Tools.Add(
            ResponseTool.CreateFunctionTool("f", BinaryData.FromString("""{"type":"object"}"""), strictModeEnabled: null, "Does it."));
        var (text, reasoning, items) = (new StringBuilder(), new StringBuilder(), new List<ResponseItem>());
        ResponseResult? completed = null;

        await foreach (var update in (await Client(server).CreateResponseStreamingAsync(
            options, patience.Token)).WithCancellation(patience.Token))
        {
            switch (update)
            {
                case StreamingResponseOutputTextDeltaUpdate delta:
                    text.Append(delta.Delta);
                    break;
                case StreamingResponseReasoningTextDeltaUpdate delta:
                    reasoning.Append(delta.Delta);
                    break;
                case StreamingResponseOutputItemDoneUpdate done:
                    items.Add(done.Item);
                    break;
                case StreamingResponseCompletedUpdate end:
                    completed = end.Response;
                    break;
            }
        }

        Assert.Equal(("I ask.", "hm", "I ask."), (text.ToString(), reasoning.ToString(), completed?.GetOutputText()));
        Assert.Equal(
            [ResponseItemKind.Reasoning, ResponseItemKind.Message, ResponseItemKind.FunctionCall], items.Select(item => item.Kind));
        var call = (FunctionCallResponseItem)items[2];
        Assert.Equal(("f", """{"x":1}"""), (call.FunctionName, call.FunctionArguments.ToString()));
    }

    [Fact]
    public async Task CreateResponse_ItemsSentBack_GoOn()
    {
        using var model = new TemplatedModel(TemplatedModel.Talkative);
        await using var server = await ServerHarness.StartAsync(
            text: "I ask." + ResponseCalls.Call, contextLength: 512, settings: [model.Setting]);
        using var patience = new CancellationTokenSource(ServerHarness.Patience);
        var options = Options(server);
        options.MaxOutputTokenCount = 150;
        options.Tools.Add(ResponseTool.CreateFunctionTool("f", BinaryData.FromString("""{"type":"object"}"""), strictModeEnabled: true));
        ResponseResult first = await Client(server).CreateResponseAsync(options, patience.Token);
        first.OutputItems.ToList().ForEach(options.InputItems.Add);
        options.InputItems.Add(
            ResponseItem.CreateFunctionCallOutputItem(first.OutputItems.OfType<FunctionCallResponseItem>().Single().CallId, "2"));

        ResponseResult second = await Client(server).CreateResponseAsync(options, patience.Token);

        Assert.Equal(ResponseStatus.Completed, second.Status);
    }

    [Fact]
    public async Task CreateResponse_ToolCallDemanded_GivesACallThatMatchesItsSchema()
    {
        using var model = new TemplatedModel(TemplatedModel.Talkative);
        await using var server = await ServerHarness.StartAsync(text: "No call here.", contextLength: 128, settings: [model.Setting]);
        server.Runner.Certainty = 5;
        using var patience = new CancellationTokenSource(ServerHarness.Patience);
        var options = Options(server);
        options.MaxOutputTokenCount = 100;
        options.ToolChoice = ResponseToolChoice.CreateFunctionChoice("f");
        options.ParallelToolCallsEnabled = false;
        options.Tools.Add(ResponseTool.CreateFunctionTool("f", BinaryData.FromString(Schema), strictModeEnabled: true));

        ResponseResult response = await Client(server).CreateResponseAsync(options, patience.Token);

        AssertMatchesSchema(Assert.IsType<FunctionCallResponseItem>(Assert.Single(response.OutputItems)).FunctionArguments.ToString());
    }

    [Fact]
    public async Task CreateResponse_StructuredOutput_MatchesItsSchema()
    {
        await using var server = await ServerHarness.StartAsync(text: "No JSON here.");
        server.Runner.Certainty = 5;
        using var patience = new CancellationTokenSource(ServerHarness.Patience);
        var options = Options(server);
        options.TextOptions = new()
        {
            TextFormat = ResponseTextFormat.CreateJsonSchemaFormat("answer", BinaryData.FromString(Schema), jsonSchemaIsStrict: true),
        };

        ResponseResult response = await Client(server).CreateResponseAsync(options, patience.Token);

        AssertMatchesSchema(response.GetOutputText());
    }

    [Fact]
    public async Task CreateResponse_Refused_ThrowsWithTheServersMessage()
    {
        await using var server = await ServerHarness.StartAsync();
        using var patience = new CancellationTokenSource(ServerHarness.Patience);
        var options = Options(server);
        options.PreviousResponseId = "resp_1";

        var exception = await Assert.ThrowsAsync<ClientResultException>(() => Client(server).CreateResponseAsync(options, patience.Token));

        Assert.Equal(400, exception.Status);
        Assert.Contains("previous_response_id", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CreateResponseStreaming_ModelFailsInTheMiddle_TellsAndThrows()
    {
        await using var server = await ServerHarness.StartAsync();
        NodeClient.FailAt(server, 25);
        using var patience = new CancellationTokenSource(ServerHarness.Patience);
        var options = Options(server);
        options.StreamingEnabled = true;
        var updates = new List<StreamingResponseUpdate>();

        await Assert.ThrowsAnyAsync<IOException>(async () =>
        {
            await foreach (var update in (await Client(server).CreateResponseStreamingAsync(
                options, patience.Token)).WithCancellation(patience.Token))
            {
                updates.Add(update);
            }
        });

        Assert.Equal("internal_error", updates.OfType<StreamingResponseErrorUpdate>().Single().Code);
        Assert.Equal(ResponseStatus.Failed, updates.OfType<StreamingResponseFailedUpdate>().Single().Response.Status);
    }

    [Fact]
    public async Task GetResponse_ByMicrosoftExtensionsAI_GivesTextAndUsage()
    {
        await using var server = await ServerHarness.StartAsync(text: "Hello.");
        using var patience = new CancellationTokenSource(ServerHarness.Patience);
        using var client = Client(server).AsIChatClient(server.ModelName);

        var response = await client.GetResponseAsync("Hi", new ChatOptions { MaxOutputTokens = 40, Temperature = 0 }, patience.Token);

        Assert.Equal(("Hello.", 7), (response.Text, response.Usage!.OutputTokenCount));
    }

    private static void AssertMatchesSchema(string json)
    {
        var property = Assert.Single(JsonElement.Parse(json).EnumerateObject());
        Assert.Equal("x", property.Name);
        Assert.True(property.Value.ValueKind is JsonValueKind.True or JsonValueKind.False);
    }

    private static CreateResponseOptions Options(ServerHarness server) =>
        new(server.ModelName, [ResponseItem.CreateUserMessageItem("Hi")]) { MaxOutputTokenCount = 40, Temperature = 0 };

    private static ResponsesClient Client(ServerHarness server) =>
        new(new ApiKeyCredential("none"), new ResponsesClientOptions { Endpoint = new Uri(server.Rest.BaseAddress!, "v1") });
}
