using System.Text.Json;
using System.Text.Json.Nodes;

namespace LoopLM.Server.Tests.Clients;

/// <summary>OpenAI's Agents SDK, over chats and over responses.</summary>
public sealed class AgentsNodeTests : IDisposable
{
    private const string Call = """<tool_call>{"name":"f","arguments":{"x":1}}</tool_call>""";

    private readonly NodeClient _client = new("agents.mjs");

    public static TheoryData<bool, bool> Modes => new() { { false, false }, { true, false }, { false, true }, { true, true } };

    public void Dispose() => _client.Dispose();

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task Run_Prompt_GivesTextAndUsage(bool stream, bool responses)
    {
        await using var server = await ServerHarness.StartAsync(text: "Hello.", contextLength: 1024);

        var result = await AskAsync(server, "text", stream, responses);

        Assert.Equal("""{"text":"Hello.","outputTokens":7}""", result.ToJsonString());
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task Run_ToolThatIsCalled_CallsIt(bool stream, bool responses)
    {
        using var model = new TemplatedModel(TemplatedModel.Talkative);
        await using var server = await ServerHarness.StartAsync(text: Call, contextLength: 512, settings: [model.Setting]);

        var result = await AskAsync(server, "call", stream, responses);

        Assert.Equal("""{"calls":[["f",{"x":1}]]}""", result.ToJsonString());
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task Run_ObjectOfASchema_GivesOne(bool stream, bool responses)
    {
        await using var server = await ServerHarness.StartAsync(text: "No JSON here.", contextLength: 1024);
        server.Runner.Certainty = 5;

        var result = await AskAsync(server, "object", stream, responses);

        var member = Assert.Single(result["object"]?.AsObject() ?? []);
        Assert.Equal(("x", true), (member.Key, member.Value!.GetValueKind() is JsonValueKind.True or JsonValueKind.False));
    }

    private Task<JsonObject> AskAsync(ServerHarness server, string want, bool stream, bool responses)
    {
        var call = new JsonObject
        {
            ["model"] = server.ModelName,
            ["prompt"] = "Hi",
            ["maxTokens"] = 400,
            ["stream"] = stream,
            ["responses"] = responses,
            ["want"] = want,
        };
        return _client.AskAsync(server, call.ToJsonString());
    }
}
