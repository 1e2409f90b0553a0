using LoopLM.Engine.Kv;
using LoopLM.Testing;
using Microsoft.Extensions.Time.Testing;
using static LoopLM.Engine.Tests.TestRequests;

namespace LoopLM.Engine.Tests.Execution;

/// <summary>What the engine tells other threads of its work.</summary>
public sealed class SnapshotTests
{
    private const int Loops = 4;

    [Fact]
    public void Snapshot_AfterARequest_CountsTheRowsOfItsPromptAndItsTokensByLoop()
    {
        using var engine = new EngineHarness();

        // The first token comes out of the prompt; the three after it leave at loop 2.
        engine.Run(Greedy(3, 4, QExit(0, minLoops: 2)));

        Assert.Equal([3, 3, 3, 3, 0], Of(engine.Snapshot.PrefillRows));
        Assert.Equal([3, 3, 0, 0, 0], Of(engine.Snapshot.DecodeRows));
    }

    [Fact]
    public void Snapshot_RunnerTakesTime_IsTheTimeOfTheTicks()
    {
        var time = new FakeTimeProvider();
        using var engine = new EngineHarness(time: time);
        engine.Runner.BeforeLoop = _ => time.Advance(TimeSpan.FromSeconds(3));
        engine.Runner.BeforeHead = () => time.Advance(TimeSpan.FromSeconds(2));

        engine.Run(Greedy(1, 1));

        // Four loops and a head; with this clock the engine itself takes none.
        Assert.Equal((14, 14), (engine.Snapshot.TickTime.TotalSeconds, engine.Snapshot.RunnerTime.TotalSeconds));
    }

    [Fact]
    public void Snapshot_LoopsThatAreObserved_CountAsRowsAndNotAsExits()
    {
        using var engine = new EngineHarness();

        engine.Run(Greedy(1, 2, QExit(0)) with { Reports = new() { LoopLogprobs = 1, SkippedLoopLogprobs = true } });

        Assert.Equal([1, 1, 1, 1, 0], Of(engine.Snapshot.DecodeRows));
        Assert.Equal([1, 0, 0, 1, 0], Of(engine.Snapshot.Exits.BySteps));
    }

    [Fact]
    public void Snapshot_TokensThatLeave_AreCountedByStepAndReason()
    {
        using var engine = new EngineHarness(
            model: new ScriptedModel { GateLogit = (position, loop, _) => position == 1 && loop == 2 ? 10 : -10 });

        // The first comes out of the prompt, the second leaves by its gate, the others run as far as they may.
        engine.Run(Greedy(1, 4, QExit(0.9f, maxLoops: 3)));

        var exits = engine.Snapshot.Exits;
        Assert.Equal([0, 1, 2, 1, 0], Of(exits.BySteps));
        Assert.Equal((1L, 2L, 1L), (exits.ByPolicy, exits.AtMaxLoops, exits.OfPrompts));
        Assert.Equal(engine.Snapshot.GeneratedTokens, exits.ByPolicy + exits.AtMaxLoops + exits.OfPrompts);
    }

    [Fact]
    public void Snapshot_WhileARequestRuns_TellsItsSlotsByTheLoopsThatWroteThem()
    {
        using var engine = new EngineHarness();
        engine.Submit(Greedy(3, 2));

        engine.Tick(2);

        Assert.Equal([3, 3, 0, 0, 0], Of(engine.Snapshot.UsedKvSlotsByLoop));
    }

    private static long[] Of(LoopCounts counts) => counts.ToArray()[..(Loops + 1)];
}
