using LoopLM.Engine.Configuration;
using LoopLM.Engine.Errors;
using LoopLM.Engine.Execution;
using LoopLM.Engine.Exits;
using LoopLM.Engine.Requests;
using LoopLM.Engine.Runners;
using LoopLM.Engine.Speculation;
using LoopLM.Engine.Telemetry;
using LoopLM.Engine.Tests.Execution;
using LoopLM.Testing;

namespace LoopLM.Engine.Tests;

/// <summary>An engine on the test's own thread, over a scripted model. Disposing it drains it and checks that nothing leaked.</summary>
internal sealed class EngineHarness : IDisposable
{
    private const int MaxTicks = 20_000;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly EngineMetrics _metrics = new();

    public EngineHarness(EngineOptions? options = null, ScriptedModel? model = null,
        ExitPolicies? policies = null, TimeProvider? time = null, IDraftStrategy? drafts = null,
        double? syntheticAcceptance = null)
    {
        Options = options ?? new EngineOptions { KvSlots = 4096, MaxSequences = 8, MaxRows = 32, PrefillChunk = 4 };
        Model = model ?? new ScriptedModel();
        Runner = new ScriptedRunner(Model, new RunnerCapacity(Options.MaxRows, Options.KvSlots, Options.PositionSlots(Model.Description)));
        Core = new EngineCore(Runner, Options, _metrics, drafts ?? new DraftAfter(0), policies, time, logger: null, syntheticAcceptance);
    }

    public EngineOptions Options { get; }

    public ScriptedModel Model { get; }

    public ScriptedRunner Runner { get; }

    public EngineCore Core { get; }

    public EngineSnapshot Snapshot => Core.TakeSnapshot(EngineHealth.Ready);

    public Generation Submit(GenerationRequest request)
    {
        Assert.True(Core.TrySubmit(request, out var generation, out var rejection), rejection?.Message.ToString());
        return generation;
    }

    /// <summary>Submits the choices of one request.</summary>
    public Generation[] Submit(RequestClient client, params GenerationRequest[] requests)
    {
        Assert.True(Core.TryAccept(requests, client, out var submission, out var rejection), rejection?.Message.ToString());
        Core.Commit(submission);
        return submission.Generations;
    }

    public Rejection Reject(GenerationRequest request)
    {
        Assert.False(Core.TrySubmit(request, out _, out var rejection));
        return rejection;
    }

    public void Tick(int count = 1)
    {
        for (var i = 0; i < count; i++)
        {
            Core.Tick();
            Core.Audit();
        }
    }

    /// <summary>Ticks, or waits for a mask where only that is left to do; false where nothing is.</summary>
    public bool TickOrWait() => Core.Tick() || Core.WaitForMask(s_patience);

    /// <summary>Ticks until nothing is left.</summary>
    public void Drain()
    {
        for (var ticks = 0; TickOrWait(); ticks++)
        {
            Assert.True(ticks < MaxTicks, "the engine does not come to an end");
        }

        Core.Audit();
        Assert.True(Core.IsIdle);
        Assert.Equal(0, Runner.LiveSequences);
    }

    /// <summary>Drains, then gives what one request brought.</summary>
    public Outcome Run(GenerationRequest request)
    {
        var generation = Submit(request);
        Drain();
        return Outcome.Of(generation);
    }

    public void Dispose()
    {
        Drain();
        Core.Dispose();
        Assert.True(Runner.IsDisposed);
        _metrics.Dispose();
    }
}
