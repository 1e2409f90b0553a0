using LoopLM.Engine.Configuration;
using LoopLM.Engine.Errors;
using LoopLM.Engine.Execution;
using LoopLM.Engine.Exits;
using LoopLM.Engine.Requests;
using LoopLM.Engine.Runners;
using LoopLM.Engine.Telemetry;
using LoopLM.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using static LoopLM.Engine.Tests.TestRequests;

namespace LoopLM.Engine.Tests.Execution;

/// <summary>The engine on its own thread.</summary>
public sealed class InferenceEngineTests : IDisposable
{
    private static readonly EngineOptions s_options = new() { KvSlots = 4096, MaxSequences = 4, MaxRows = 16 };
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly EngineMetrics _metrics = new();
    private readonly ScriptedRunner _runner = new(new ScriptedModel(), new RunnerCapacity(16, 4096));

    public void Dispose() => _metrics.Dispose();

    [Fact]
    public async Task TrySubmit_FromManyThreads_EveryRequestFinishes()
    {
        var engine = await StartAsync();

        await Parallel.ForAsync(0, 50, async (i, cancel) =>
        {
            Assert.True(engine.TrySubmit(Greedy(3, 5, salt: i), out var generation, out _));
            Assert.Equal(FinishReason.Length, (await EndOf(generation)).FinishReason);
        });

        await StopAsync(engine);
    }

    [Fact]
    public async Task TrySubmit_WhileLoading_IsRejected()
    {
        using var loading = new ManualResetEventSlim();
        var engine = Create(() =>
        {
            loading.Wait(s_patience);
            return _runner;
        });

        Assert.False(engine.TrySubmit(Greedy(1, 1), out _, out var rejection));
        Assert.Equal((RejectionReason.Loading, EngineHealth.Loading), (rejection.Reason, engine.Snapshot.Health));

        loading.Set();
        await engine.Opened.WaitAsync(s_patience);
        await StopAsync(engine);
    }

    [Fact]
    public async Task Opened_RunnerCannotBeOpened_FailsAndTurnsUnhealthy()
    {
        var engine = Create(() => throw new InvalidOperationException("no weights"));

        await Assert.ThrowsAsync<InvalidOperationException>(() => engine.Opened.WaitAsync(s_patience));

        await engine.StopAsync(CancellationToken.None).WaitAsync(s_patience);
        Assert.Equal((EngineHealth.Unhealthy, "no weights"), (engine.Snapshot.Health, engine.Snapshot.Fault));
        Assert.False(engine.TrySubmit(Greedy(1, 1), out _, out var rejection));
        Assert.Equal(RejectionReason.Unhealthy, rejection.Reason);
    }

    [Fact]
    public async Task Opened_OptionsDoNotSuitTheModel_FailsAndDisposesTheRunner()
    {
        var engine = Create(() => _runner, s_options with { MaxLoops = 3 });

        await Assert.ThrowsAsync<ArgumentException>(() => engine.Opened.WaitAsync(s_patience));

        await engine.StopAsync(CancellationToken.None).WaitAsync(s_patience);
        Assert.True(_runner.IsDisposed);
    }

    [Fact]
    public async Task TrySubmit_EngineHasABug_EveryRequestFailsAndTheEngineTurnsUnhealthy()
    {
        var time = new BreakingTime();
        var engine = Create(() => _runner, time: time);
        await engine.Opened.WaitAsync(s_patience);
        var generations = new List<Generation>();
        _runner.BeforeLoop = _ => time.Breaks = generations.Count == 10;
        while (generations.Count < 10)
        {
            Assert.True(engine.TrySubmit(Greedy(3, 500), out var generation, out _));
            generations.Add(generation);
        }

        foreach (var generation in generations)
        {
            Assert.Equal(GenerationEventKind.Failed, (await EndOf(generation)).Kind);
        }

        await StopAsync(engine);
        Assert.Equal((EngineHealth.Unhealthy, "clock"), (engine.Snapshot.Health, engine.Snapshot.Fault));
        Assert.True(_runner.IsDisposed);
    }

    [Fact]
    public async Task StopAsync_NeverStarted_EndsWithoutOpeningARunner()
    {
        var engine = Prepare(() => throw new InvalidOperationException("opened"));

        await engine.StopAsync(CancellationToken.None).WaitAsync(s_patience);
        engine.Start();

        Assert.Equal((EngineHealth.Stopped, false), (engine.Snapshot.Health, engine.Opened.IsCompleted));
    }

    [Fact]
    public async Task Fail_WhileARequestRuns_FailsItAndTurnsUnhealthyForGood()
    {
        var engine = await StartAsync();
        using var running = new ManualResetEventSlim();
        using var failed = new ManualResetEventSlim();
        _runner.BeforeLoop = _ =>
        {
            running.Set();
            failed.Wait(s_patience);
        };
        Assert.True(engine.TrySubmit(Greedy(3, 500), out var generation, out _));
        Assert.True(running.Wait(s_patience));

        engine.Fail("weights changed");
        failed.Set();

        Assert.Equal(GenerationEventKind.Failed, (await EndOf(generation)).Kind);
        await StopAsync(engine);
        Assert.Equal((EngineHealth.Unhealthy, "weights changed"), (engine.Snapshot.Health, engine.Snapshot.Fault));
        Assert.False(engine.TrySubmit(Greedy(1, 1), out _, out var rejection));
        Assert.Equal(RejectionReason.Unhealthy, rejection.Reason);
    }

    [Fact]
    public async Task Fail_WhileIdle_TurnsUnhealthy()
    {
        var engine = await StartAsync();

        engine.Fail("weights changed");

        using var patience = new CancellationTokenSource(s_patience);
        while (engine.Snapshot.Health != EngineHealth.Unhealthy)
        {
            await Task.Delay(5, patience.Token);
        }

        await StopAsync(engine);
    }

    [Fact]
    public async Task TickAge_RunnerHangs_GrowsUntilItGoesOn()
    {
        var time = new FakeTimeProvider();
        using var held = new ManualResetEventSlim();
        using var gate = new ManualResetEventSlim();
        _runner.BeforeLoop = _ =>
        {
            held.Set();
            Assert.True(gate.Wait(s_patience));
        };
        var engine = Create(() => _runner, time: time);
        await engine.Opened.WaitAsync(s_patience);
        Assert.True(engine.TrySubmit(Greedy(1, 1), out _, out _));
        Assert.True(held.Wait(s_patience));
        var before = engine.TickAge;

        time.Advance(TimeSpan.FromSeconds(61));

        Assert.Equal((TimeSpan.Zero, TimeSpan.FromSeconds(61)), (before, engine.TickAge));
        gate.Set();
        await StopAsync(engine);
        Assert.Equal(TimeSpan.Zero, engine.TickAge);
    }

    [Fact]
    public async Task StopAsync_RunnerHangs_IsGivenUpAndSaysSo()
    {
        using var held = new ManualResetEventSlim();
        using var gate = new ManualResetEventSlim();
        using var giveUp = new CancellationTokenSource();
        _runner.BeforeLoop = _ =>
        {
            held.Set();
            Assert.True(gate.Wait(s_patience));
        };
        var engine = await StartAsync();
        Assert.True(engine.TrySubmit(Greedy(1, 1), out _, out _));
        Assert.True(held.Wait(s_patience));

        var stopping = engine.StopAsync(CancellationToken.None, giveUp.Token);
        var waits = !stopping.IsCompleted;
        await giveUp.CancelAsync();

        Assert.Equal((true, false), (waits, await stopping.WaitAsync(s_patience)));
        gate.Set();
        await StopAsync(engine);
    }

    [Fact]
    public async Task StopAsync_OnlyALateMaskIsLeft_WaitsForIt()
    {
        using var begun = new ManualResetEventSlim();
        using var gate = new ManualResetEventSlim();
        var engine = await StartAsync();
        Assert.True(engine.TrySubmit(Greedy(1, 3) with { Constraint = Gated(begun, gate) }, out var generation, out _));
        Assert.True(begun.Wait(s_patience));

        var stopped = StopAsync(engine);
        gate.Set();

        await stopped;
        Assert.Equal(3, Outcome.Of(generation).Tokens.Length);
    }

    [Fact]
    public async Task Cancel_OnlyALateMaskIsLeft_EndsAndFreesAtOnce()
    {
        using var begun = new ManualResetEventSlim();
        using var gate = new ManualResetEventSlim();
        var engine = await StartAsync();
        Assert.True(engine.TrySubmit(Greedy(1, 3) with { Constraint = Gated(begun, gate) }, out var generation, out _));
        Assert.True(begun.Wait(s_patience));

        generation.Cancel();

        Assert.Equal(FinishReason.Cancelled, (await EndOf(generation)).FinishReason);
        await StopAsync(engine);
        gate.Set();
    }

    [Fact]
    public async Task StopAsync_RequestsWaitForAPlace_FinishesThemToo()
    {
        var engine = await StartAsync();
        var generations = Enumerable.Range(0, 20).Select(i =>
        {
            Assert.True(engine.TrySubmit(Greedy(3, 5, salt: i), out var generation, out _));
            return generation;
        }).ToArray();

        await StopAsync(engine);

        Assert.All(generations, generation => Assert.Equal(FinishReason.Length, Outcome.Of(generation).End.FinishReason));
    }

    [Fact]
    public async Task StopAsync_Working_FinishesWhatItHas()
    {
        var engine = await StartAsync();
        Assert.True(engine.TrySubmit(Greedy(3, 500), out var generation, out _));

        await StopAsync(engine);

        Assert.Equal(FinishReason.Length, (await EndOf(generation)).FinishReason);
        Assert.False(engine.TrySubmit(Greedy(1, 1), out _, out var rejection));
        Assert.Equal(RejectionReason.Draining, rejection.Reason);
    }

    [Fact]
    public async Task StopAsync_Cancelled_CancelsWhatIsLeft()
    {
        var engine = await StartAsync();
        using var entered = new ManualResetEventSlim();
        using var go = new ManualResetEventSlim();
        _runner.BeforeLoop = _ =>
        {
            entered.Set();
            go.Wait(s_patience);
        };
        Assert.True(engine.TrySubmit(Greedy(3, 500), out var generation, out _));
        Assert.True(entered.Wait(s_patience));

        var stopping = engine.StopAsync(new CancellationToken(canceled: true));
        go.Set();
        await stopping.WaitAsync(s_patience);

        Assert.Equal(FinishReason.Cancelled, (await EndOf(generation)).FinishReason);
        Assert.Equal(0, engine.Snapshot.UsedKvSlots);
    }

    [Fact]
    public async Task Snapshot_AfterWork_ShowsIdleAndTheMeanExitStep()
    {
        var engine = await StartAsync();
        var exit = new ExitSettings { Policy = "trace", Trace = new[] { 4, 1, 1 } };
        Assert.True(engine.TrySubmit(Greedy(3, 3, exit), out var generation, out _));
        await EndOf(generation);

        await StopAsync(engine);

        var snapshot = engine.Snapshot;
        Assert.Equal(
            (EngineHealth.Stopped, 3, 2.0, 0), (snapshot.Health, snapshot.GeneratedTokens, snapshot.MeanExitStep, snapshot.UsedKvSlots));
    }

    [Fact]
    public async Task DisposeAsync_Idle_DisposesTheRunner()
    {
        var engine = await StartAsync();

        await engine.DisposeAsync().AsTask().WaitAsync(s_patience);

        Assert.True(_runner.IsDisposed);
    }

    private static async Task<GenerationEvent> EndOf(Generation generation)
    {
        using var patience = new CancellationTokenSource(s_patience);
        await foreach (var next in generation.Events.ReadAllAsync(patience.Token))
        {
            if (next.Kind != GenerationEventKind.Token)
            {
                return next;
            }
        }

        throw new InvalidOperationException("The generation has no end.");
    }

    private static Func<int, HashedTokens> Gated(ManualResetEventSlim begun, ManualResetEventSlim gate) => maxRewind => new(maxRewind)
    {
        BeforeMask = () =>
        {
            begun.Set();
            Assert.True(gate.Wait(s_patience));
        },
    };

    private InferenceEngine Create(Func<IModelRunner> open, EngineOptions? options = null, TimeProvider? time = null)
    {
        var engine = Prepare(open, options, time);
        engine.Start();
        return engine;
    }

    private InferenceEngine Prepare(Func<IModelRunner> open, EngineOptions? options = null, TimeProvider? time = null) => new(
        "model", open, options ?? s_options, _metrics, ExitPolicies.BuiltIn,
        time ?? TimeProvider.System, NullLogger<InferenceEngine>.Instance);

    private async Task<InferenceEngine> StartAsync()
    {
        var engine = Create(() => _runner);
        await engine.Opened.WaitAsync(s_patience);
        return engine;
    }

    /// <summary>Drains the engine and checks that nothing leaked.</summary>
    private async Task StopAsync(InferenceEngine engine)
    {
        await engine.StopAsync(CancellationToken.None).WaitAsync(s_patience);
        Assert.Equal((0, 0, 0), (engine.Snapshot.UsedKvSlots, engine.Snapshot.RunningSequences, engine.Snapshot.QueuedRequests));
        Assert.Equal(0, _runner.LiveSequences);
    }

    /// <summary>A clock that can throw on the engine's thread.</summary>
    private sealed class BreakingTime : TimeProvider
    {
        public volatile bool Breaks;

        public override long GetTimestamp() => Breaks ? throw new InvalidOperationException("clock") : base.GetTimestamp();
    }
}
