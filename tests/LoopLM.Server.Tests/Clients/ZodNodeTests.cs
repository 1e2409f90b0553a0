using System.Text.Json.Nodes;

namespace LoopLM.Server.Tests.Clients;

/// <summary>Schemas that zod 4 writes: the server takes each of them, and zod takes what comes.</summary>
public sealed class ZodNodeTests : IDisposable
{
    private readonly NodeClient _client = new("zod.mjs");

    public void Dispose() => _client.Dispose();

    [Theory]
    [InlineData("chat")]
    [InlineData("responses")]
    [InlineData("tool")]
    public async Task Ask_EverySchema_GivesAValueThatZodAccepts(string via)
    {
        using var model = new TemplatedModel(TemplatedModel.Talkative);
        await using var server = await ServerHarness.StartAsync(text: "No JSON here.", contextLength: 4096, settings: [model.Setting]);
        server.Runner.Certainty = 1;
        var names = (await _client.AskAsync(server, """{"names":true}"""))["names"]!.AsArray();
        var problems = new List<string>();

        foreach (var name in names)
        {
            for (var seed = 0; seed < 3; seed++)
            {
                var call = new JsonObject
                {
                    ["model"] = server.ModelName,
                    ["name"] = name!.DeepClone(),
                    ["via"] = via,
                    ["seed"] = seed,
                    ["maxTokens"] = 3000,
                };
                if ((await _client.AskAsync(server, call.ToJsonString()))["error"] is { } error)
                {
                    problems.Add($"{name}, seed {seed}: {error.ToJsonString()}");
                }
            }
        }

        Assert.Equal([], problems);
        Assert.NotEmpty(names);
    }
}
