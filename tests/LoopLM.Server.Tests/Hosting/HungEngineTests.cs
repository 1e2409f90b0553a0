using System.Net;
using System.Text;
using LoopLM.Models;
using LoopLM.Server.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace LoopLM.Server.Tests.Hosting;

/// <summary>A server beside a runner that never comes back from a loop pass, until the test lets it.</summary>
public sealed class HungEngineTests
{
    private static readonly string[] s_settings = ["--Limits:TickTimeout=00:00:00.001", "--Limits:DrainTimeout=00:00:00"];

    [Fact]
    public async Task RunAsync_EngineHangs_TurnsLivenessRedAndEndsWithOne()
    {
        var runner = new SpellingRunner(Encoding.UTF8.GetBytes("hello"), vocabularySize: 260, endOfText: 256);
        var runners = new ModelRunners(("spelling", (_, _) => new TestRunnerFactory(_ => runner)));
        var app = ServerApplication.Build(ServerHarness.Arguments(s_settings), runners);
        using var hold = new Hold(runner);
        var running = ServerApplication.RunAsync(app);
        await UntilAsync(() => app.Lifetime.ApplicationStarted.IsCancellationRequested);
        var engine = app.Services.GetRequiredService<ServedModels>().Default.Engine;
        await engine.Opened.WaitAsync(ServerHarness.Patience);
        using var client = new HttpClient { BaseAddress = RestAddressOf(app), Timeout = ServerHarness.Patience };
        var request = client.PostAsync("/v1/completions", ServerHarness.Json("""{"prompt":"a"}"""));
        hold.WaitUntilHeld();
        await UntilAsync(() => engine.TickAge > TimeSpan.FromMilliseconds(1));
        using var live = await client.GetAsync("/health/live");

        app.Lifetime.StopApplication();
        var code = await running.WaitAsync(ServerHarness.Patience);

        Assert.Equal((HttpStatusCode.ServiceUnavailable, 1), (live.StatusCode, code));
        Assert.Equal(["looplm-bytes"], app.Services.GetRequiredService<EngineHost>().Hung);
        Assert.False(runner.IsDisposed);
        Assert.NotNull(await Record.ExceptionAsync(() => request));

        // Nothing was taken from under the engine, which ends in order once its runner goes on.
        hold.LetGo();
        await app.DisposeAsync().AsTask().WaitAsync(ServerHarness.Patience);
        var left = engine.Snapshot;
        Assert.Equal((0, 0, 0, true), (left.UsedKvSlots, left.RunningSequences, runner.LiveSequences, runner.IsDisposed));
    }

    /// <summary>Kestrel opens its endpoints in the order of their names: Grpc, Rest.</summary>
    private static Uri RestAddressOf(WebApplication app) =>
        new(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Last());

    private static async Task UntilAsync(Func<bool> isDone)
    {
        using var patience = new CancellationTokenSource(ServerHarness.Patience);
        while (!isDone())
        {
            await Task.Delay(5, patience.Token);
        }
    }
}
