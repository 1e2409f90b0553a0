using System.Text.Json;
using LoopLM.Models;
using LoopLM.Server.Hosting;
using LoopLM.Server.Models;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace LoopLM.Server.Tests.Hosting;

/// <summary>The model that a newcomer meets, through everything: its checkpoint, its tokenizer, a real runner, HTTP.</summary>
public sealed class BundledModelTests
{
    [Theory]
    [InlineData("cpu")]
    [InlineData("torch")]
    public async Task Post_SumThenText_EasyBytesLeaveBeforeHardOnes(string runner)
    {
        await using var app = await StartAsync(runner);
        using var client = Client(app);

        var choice = await CompleteAsync(client, """{"prompt":"12+30=","max_tokens":24,"temperature":0,"exit_threshold":0.2}""");

        var steps = choice.GetProperty("exit_steps").EnumerateArray().Select(step => step.GetInt32()).ToArray();
        Assert.StartsWith("42\n", choice.GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.Equal([4, 4, 2], steps[..3]);
        Assert.InRange(steps[3..].Average(), 1, 1.5);

        await StopAsync(app);
    }

    [Fact]
    public async Task Post_EchoOfACompletion_ScoresItAsItWasGenerated()
    {
        await using var app = await StartAsync("cpu");
        using var client = Client(app);
        const string settings = "\"temperature\":1,\"seed\":3,\"exit_threshold\":1,\"logprobs\":2,\"return_token_ids\":true";

        var generated = await CompleteAsync(client, $$"""{"prompt":"Once upon","max_tokens":40,{{settings}}}""");
        int[] whole = [.. Integers(generated, "prompt_token_ids"), .. Integers(generated, "token_ids")];
        var scored = await CompleteAsync(
            client, $$"""{"prompt":[[{{string.Join(',', whole)}}],[65,66]],"max_tokens":0,"echo":true,{{settings}}}""");

        Assert.Equal("Once upon" + generated.GetProperty("text").GetString(), scored.GetProperty("text").GetString());
        Assert.Equal(Scores(generated).TakeLast(40), Scores(scored).TakeLast(40));
        await StopAsync(app);
    }

    private static async Task<WebApplication> StartAsync(string runner)
    {
        string[] threads = runner == "torch" ? ["--Model:Threads=1"] : [];
        var app = ServerApplication.Build(
            ServerHarness.Arguments(["--Engine:KvSlots=1024", $"--Model:Runner={runner}", .. threads]), ModelRunners.BuiltIn);
        await app.StartAsync();
        await app.Services.GetRequiredService<ServedModels>().Default.Engine.Opened.WaitAsync(ServerHarness.Patience);
        return app;
    }

    private static HttpClient Client(WebApplication app) =>
        new()
        {
            BaseAddress = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Last()),
            Timeout = ServerHarness.Patience
        };

    private static async Task<JsonElement> CompleteAsync(HttpClient client, string body)
    {
        using var response = await client.PostAsync("/v1/completions", ServerHarness.Json(body));
        return JsonElement.Parse(await response.Content.ReadAsStringAsync()).GetProperty("choices")[0];
    }

    private static async Task StopAsync(WebApplication app)
    {
        var engine = app.Services.GetRequiredService<ServedModels>().Default.Engine;
        await app.StopAsync().WaitAsync(ServerHarness.Patience);
        Assert.Equal((0, 0), (engine.Snapshot.UsedKvSlots, engine.Snapshot.RunningSequences));
    }

    private static IEnumerable<int> Integers(JsonElement choice, string name) =>
        choice.GetProperty(name).EnumerateArray().Select(each => each.GetInt32());

    /// <summary>Token, log-probability and most probable tokens of each position.</summary>
    private static IEnumerable<(string?, string, string)> Scores(JsonElement choice)
    {
        var logprobs = choice.GetProperty("logprobs");
        return logprobs.GetProperty("tokens").EnumerateArray().Select((token, i) =>
            (token.GetString(), logprobs.GetProperty("token_logprobs")[i].GetRawText(),
                logprobs.GetProperty("top_logprobs")[i].GetRawText()));
    }
}
