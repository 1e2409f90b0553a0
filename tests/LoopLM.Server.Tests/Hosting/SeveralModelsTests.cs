using System.Net;
using System.Text.Json;
using Grpc.Core;
using LoopLM.Engine.Runners;
using LoopLM.Protocol.V1;

namespace LoopLM.Server.Tests.Hosting;

/// <summary>Several checkpoints side by side, each on an engine of its own.</summary>
public sealed class SeveralModelsTests
{
    private static readonly string[] s_settings =
        [.. ServerHarness.SeveralModels("alpha", "org/beta"), "--Models:1:Aliases:0=b",
            "--Models:1:Aliases:1=org/b", "--Models:1:Engine:MaxQueuedRequests=1"];

    [Theory]
    [InlineData("\"model\":\"alpha\",", "alpha")]
    [InlineData("\"model\":\"org/beta\",", "org/beta")]
    [InlineData("\"model\":\"b\",", "org/beta")]
    [InlineData("\"model\":\"\",", "alpha")]
    [InlineData("", "alpha")]
    public async Task Post_NameAliasOrNothing_IsAnsweredByItsModel(string field, string name)
    {
        await using var server = await ServerHarness.StartAsync(settings: s_settings);

        var completion = await server.CompleteAsync($$"""{{{field}}"prompt":"a"}""");

        Assert.Equal(
            (name, name), (completion.GetProperty("choices")[0].GetProperty("text").GetString(),
                completion.GetProperty("model").GetString()));
    }

    [Fact]
    public async Task Generate_Alias_IsAnsweredByItsModel()
    {
        await using var server = await ServerHarness.StartAsync(settings: s_settings);
        using var call = new Inference.InferenceClient(server.Channel).Generate(
            new GenerateRequest { Text = "a", Model = "b" }, deadline: DateTime.UtcNow + ServerHarness.Patience);

        var responses = await call.ResponseStream.ReadAllAsync().ToListAsync();

        Assert.Equal("org/beta", string.Concat(responses.Select(response => response.Token?.Text)));
    }

    [Fact]
    public async Task Post_UnknownModel_IsRefused()
    {
        await using var server = await ServerHarness.StartAsync(settings: s_settings);

        var (response, error) = await ServerHarness.RefuseAsync(server.PostAsync("""{"prompt":"a","model":"ALPHA"}"""));

        Assert.Equal((HttpStatusCode.NotFound, "model_not_found"), (response.StatusCode, error.GetProperty("code").GetString()));
    }

    [Fact]
    public async Task Get_Models_ListsThemAllTheDefaultFirst()
    {
        await using var server = await ServerHarness.StartAsync(settings: s_settings);

        var list = JsonElement.Parse(await server.Rest.GetStringAsync("/v1/models")).GetProperty("data");
        var byAlias = JsonElement.Parse(await server.Rest.GetStringAsync("/v1/models/org/b"));

        Assert.Equal(["alpha", "org/beta"], list.EnumerateArray().Select(model => model.GetProperty("id").GetString()));
        Assert.Equal(["b", "org/b"], list[1].GetProperty("aliases").EnumerateArray().Select(alias => alias.GetString()));
        Assert.True(JsonElement.DeepEquals(list[1], byAlias));
    }

    [Fact]
    public async Task Post_OneModelsQueueIsFull_TheOtherAnswers()
    {
        await using var server = await ServerHarness.StartAsync(settings: [.. s_settings, "--Engine:MaxSequences=1"]);
        using var hold = new Hold(server.Runners["org/beta"]);
        var held = server.CompleteAsync("""{"prompt":"a","model":"b"}""");
        hold.WaitUntilHeld();
        var others = Enumerable.Range(0, 2).Select(_ => server.PostAsync("""{"prompt":"a","model":"b"}""")).ToArray();
        var refused = await await Task.WhenAny(others).WaitAsync(ServerHarness.Patience);

        var completion = await server.CompleteAsync("""{"prompt":"a"}""");
        hold.LetGo();

        Assert.Equal((HttpStatusCode.TooManyRequests, "alpha"), (refused.StatusCode, completion.GetProperty("model").GetString()));
        await held;
        await Task.WhenAll(others);
    }

    [Fact]
    public async Task Ready_OneModelStillLoads_TurnsGreenWithTheLast()
    {
        using var loaded = new ManualResetEventSlim();
        var first = 0;
        await using var server = await ServerHarness.StartAsync(
            () =>
            {
                if (Interlocked.Increment(ref first) > 1)
                {
                    loaded.Wait(ServerHarness.Patience);
                }
            },
            settings: s_settings);
        await Task.WhenAny(server.Models.All.Select(model => model.Engine.Opened)).WaitAsync(ServerHarness.Patience);

        var before = (await server.Rest.GetAsync("/health/ready")).StatusCode;
        loaded.Set();
        await Task.WhenAll(server.Models.All.Select(model => model.Engine.Opened)).WaitAsync(ServerHarness.Patience);

        Assert.Equal(
            (HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK), (before, (await server.Rest.GetAsync("/health/ready")).StatusCode));
    }

    [Fact]
    public async Task Post_OneModelLostItsDevice_TheOtherAnswersAndTheServerIsNeitherReadyNorLive()
    {
        await using var server = await ServerHarness.StartAsync(settings: s_settings);
        server.Runners["org/beta"].BeforeLoop = _ => throw new DeviceLostException("gone");
        await ServerHarness.RefuseAsync(server.PostAsync("""{"prompt":"a","model":"b"}"""));
        await server.DrainAsync();

        await server.CompleteAsync("""{"prompt":"a"}""");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await server.Rest.GetAsync("/health/ready")).StatusCode);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await server.Rest.GetAsync("/health/live")).StatusCode);
    }

    [Fact]
    public async Task Stop_RequestsOfBothModelsRun_FinishesThem()
    {
        await using var server = await ServerHarness.StartAsync(settings: s_settings);
        using var holdAlpha = new Hold(server.Runners["alpha"]);
        using var holdBeta = new Hold(server.Runners["org/beta"]);
        var running = new[] { "alpha", "b" }.Select(name => server.CompleteAsync($$"""{"prompt":"a","model":"{{name}}"}""")).ToArray();
        holdAlpha.WaitUntilHeld();
        holdBeta.WaitUntilHeld();

        var stopping = server.StopAsync();
        holdAlpha.LetGo();
        holdBeta.LetGo();

        Assert.Equal(
            ["alpha", "org/beta"], (await Task.WhenAll(running)).Select(completion =>
                completion.GetProperty("choices")[0].GetProperty("text").GetString()));
        await stopping;
    }

    [Fact]
    public async Task Get_Metrics_TellsModelsApart()
    {
        await using var server = await ServerHarness.StartAsync(settings: s_settings);
        await server.CompleteAsync("""{"prompt":"a","max_tokens":2}""");
        await server.CompleteAsync("""{"prompt":"a","max_tokens":3,"model":"b"}""");
        await server.DrainAsync();

        var lines = (await server.Rest.GetStringAsync("/metrics")).Split('\n').ToHashSet();

        Assert.Superset(
            new HashSet<string>
            {
                "looplm_tokens_generated_total{model=\"alpha\"} 2",
                "looplm_tokens_generated_total{model=\"org/beta\"} 3",
                "looplm_sequences_running{model=\"alpha\"} 0",
                "looplm_sequences_running{model=\"org/beta\"} 0",
            },
            lines);
    }
}
