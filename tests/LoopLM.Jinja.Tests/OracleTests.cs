using System.Text.Json.Nodes;
using LoopLM.Testing;

namespace LoopLM.Jinja.Tests;

/// <summary>Renders generated conversations as Hugging Face's Jinja for Node and Python's Jinja2 do; each is asked where it can run.</summary>
public sealed class OracleTests : IDisposable
{
    private const int ConversationsPerTemplate = 100;

    private readonly OracleProcess _node = OracleProcess.Node("jinja.mjs", "clients");
    private readonly PythonOracle _python = new();

    public static TheoryData<string> Templates => [.. Directory.GetFiles(TestData.Fixture("templates")).Select(path => Path.GetFileName(path)!).Order()];

    [Theory]
    [MemberData(nameof(Templates))]
    public Task TryRender_GeneratedConversations_AgreesWithHuggingFace(string template) => AssertAgreesAsync(
        (source, variables) => _node.AskAsync<JsonObject>(new JsonObject { ["template"] = source, ["variables"] = variables.DeepClone() }), template, alikeEverywhere: true);

    [Theory]
    [MemberData(nameof(Templates))]
    public async Task TryRender_GeneratedConversations_AgreesWithPython(string template)
    {
        await PythonOracle.SkipUnlessThereAsync();
        await AssertAgreesAsync(_python.RenderAsync, template, alikeEverywhere: false);
    }

    public void Dispose()
    {
        _node.Dispose();
        _python.Dispose();
    }

    private static async Task AssertAgreesAsync(Func<string, JsonObject, Task<JsonObject>> ask, string name, bool alikeEverywhere)
    {
        var source = await File.ReadAllTextAsync(TestData.Fixture("templates", name));
        var conversations = new Conversations(new Random(name.Length), alikeEverywhere);
        for (var i = 0; i < ConversationsPerTemplate; i++)
        {
            var variables = conversations.Create();
            var answer = await ask(source, variables);
            var (rendered, error) = Rendering.Render(source, variables);
            var expected = answer["text"]?.GetValue<string>();
            Assert.True(expected == rendered?.Text, $"{variables.ToJsonString()}\nexpected {expected ?? answer["error"]!.GetValue<string>()}\nfound    {rendered?.Text ?? error!.ToString()}");
        }
    }
}
