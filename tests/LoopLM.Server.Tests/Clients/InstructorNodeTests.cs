namespace LoopLM.Server.Tests.Clients;

/// <summary>instructor for Node in the modes that servers of open models are used with.</summary>
public sealed class InstructorNodeTests : IDisposable
{
    private readonly NodeClient _client = new("instructor.mjs", "clients", "instructor");

    public void Dispose() => _client.Dispose();

    [Theory]
    [InlineData("TOOLS", false)]
    [InlineData("TOOLS", true)]
    [InlineData("JSON_SCHEMA", false)]
    [InlineData("JSON_SCHEMA", true)]
    public async Task Create_ModelThatWritesNoJson_GivesAnObjectAllTheSame(string mode, bool stream)
    {
        using var model = new TemplatedModel(TemplatedModel.Talkative);
        await using var server = await ServerHarness.StartAsync(text: "No JSON here.", contextLength: 4096, settings: [model.Setting]);
        server.Runner.Certainty = 1;

        await CreateAsync(server, mode, stream);
    }

    [Theory]
    [InlineData("JSON", false)]
    [InlineData("JSON", true)]
    [InlineData("MD_JSON", false)]
    public async Task Create_ModelThatWritesTheObject_ReadsIt(string mode, bool stream)
    {
        const string thing = """{"x":true,"kind":"a","when":"2026-01-02T03:04:05Z","email":"someone@example.org"}""";
        using var model = new TemplatedModel(TemplatedModel.Talkative);
        await using var server = await ServerHarness.StartAsync(
            text: mode == "MD_JSON" ? $"```json\n{thing}\n```" : thing, contextLength: 4096, settings: [model.Setting]);

        await CreateAsync(server, mode, stream);
    }

    private async Task CreateAsync(ServerHarness server, string mode, bool stream)
    {
        var result = await _client.AskAsync(
            server,
            $$"""{"model":"{{server.ModelName}}","prompt":"Hi","maxTokens":3000,"mode":"{{mode}}","stream":{{(stream ? "true" : "false")}}}""");

        Assert.True(result["object"]?["x"] is not null, result.ToJsonString());
    }
}
