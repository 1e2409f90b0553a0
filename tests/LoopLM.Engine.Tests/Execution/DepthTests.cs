using LoopLM.Engine.Configuration;
using LoopLM.Engine.Exits;
using LoopLM.Testing;
using static LoopLM.Engine.Tests.TestRequests;

namespace LoopLM.Engine.Tests.Execution;

/// <summary>At which loop tokens leave.</summary>
public sealed class DepthTests
{
    private const float LogitOf04 = -0.405465108f;

    [Fact]
    public void Tick_ThresholdOneAndHugeGates_NeverExitsEarly()
    {
        using var engine = new EngineHarness(model: new ScriptedModel { GateLogit = (_, _, _) => 100 });

        Assert.Equal([4, 4, 4, 4], engine.Run(Greedy(3, 4, QExit(1))).ExitSteps);
    }

    [Fact]
    public void Tick_ThresholdOne_DoesNotReadTheGate()
    {
        using var engine = new EngineHarness();

        engine.Run(Greedy(3, 4, QExit(1)));

        Assert.False(engine.Runner.GateRead);
    }

    [Fact]
    public void Tick_ThresholdZero_ExitsAtMinLoopsAfterAFullFirstToken()
    {
        using var engine = new EngineHarness();

        Assert.Equal([4, 2, 2, 2], engine.Run(Greedy(3, 4, QExit(0, minLoops: 2))).ExitSteps);
    }

    [Fact]
    public void Tick_ConstantHazard_ExitsWhenTheAccumulatedProbabilityReachesTheThreshold()
    {
        using var engine = new EngineHarness(model: new ScriptedModel { GateLogit = (_, _, _) => LogitOf04 });

        Assert.Equal([4, 2, 2], engine.Run(Greedy(1, 3, QExit(0.6f))).ExitSteps);
    }

    [Fact]
    public void Tick_HazardBelowMinLoops_StillCounts()
    {
        using var engine = new EngineHarness(model: new ScriptedModel { GateLogit = (_, loop, _) => loop == 1 ? 10 : -10 });

        Assert.Equal([4, 3], engine.Run(Greedy(1, 2, QExit(0.9f, minLoops: 3))).ExitSteps);
    }

    [Fact]
    public void Tick_ProbabilityOfAnEarlierToken_IsNotCarriedOver()
    {
        using var engine = new EngineHarness(
            model: new ScriptedModel { GateLogit = (position, loop, _) => position == 1 && loop == 1 ? 10 : -10 });

        Assert.Equal([4, 1, 4], engine.Run(Greedy(1, 3, QExit(0.9f))).ExitSteps);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    public void Tick_Fixed_RunsExactlyMaxLoops(int loops)
    {
        using var engine = new EngineHarness();
        var exit = new ExitSettings { Policy = "fixed", MaxLoops = loops };

        Assert.Equal([4, loops, loops, loops], engine.Run(Greedy(2, 4, exit)).ExitSteps);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    public void Tick_MinLoopsEqualsMaxLoops_RunsExactlyThose(int loops)
    {
        using var engine = new EngineHarness(model: new ScriptedModel { GateLogit = (_, _, _) => 100 });

        Assert.Equal([4, loops, loops], engine.Run(Greedy(2, 3, QExit(0.5f, loops, loops))).ExitSteps);
    }

    [Fact]
    public void Tick_HiddenDelta_ExitsWhenTheStateHasConverged()
    {
        using var engine = new EngineHarness();
        var exit = new ExitSettings { Policy = "hidden-delta", Threshold = 0.2f };

        Assert.Equal([4, 3, 3], engine.Run(Greedy(2, 3, exit)).ExitSteps);
    }

    [Fact]
    public void Tick_Act_ExitsWhenThePlainSumReachesTheThreshold()
    {
        using var engine = new EngineHarness(model: new ScriptedModel { GateLogit = (_, _, _) => LogitOf04 });
        var exit = new ExitSettings { Policy = "act", Threshold = 0.99f };

        Assert.Equal([4, 3, 3], engine.Run(Greedy(2, 3, exit)).ExitSteps);
    }

    [Fact]
    public void Tick_ConcurrentRequestsOfOneTrace_ReplayIt()
    {
        using var engine = new EngineHarness();
        int[] trace = [4, 1, 3, 2, 4, 1];
        var exit = new ExitSettings { Policy = "trace", Trace = trace };
        var first = engine.Submit(Greedy(3, 6, exit));
        var second = engine.Submit(Greedy(9, 6, exit, salt: 5));

        engine.Drain();

        Assert.Equal([.. trace, .. trace], [.. Outcome.Of(first).ExitSteps, .. Outcome.Of(second).ExitSteps]);
    }

    [Fact]
    public void Tick_GatesReported_GivesTheProbabilityOfEveryLoop()
    {
        using var engine = new EngineHarness(model: new ScriptedModel { GateLogit = (_, _, _) => 0 });

        var outcome = engine.Run(Greedy(2, 2, QExit(1)) with { Reports = new() { Gates = true } });

        Assert.Equal([0.5f, 0.5f, 0.5f, 0.5f], outcome.Events[0].Gates.ToArray());
    }

    [Fact]
    public void Tick_GatesReportedAndEarlyExit_GivesTheLoopsThatRan()
    {
        using var engine = new EngineHarness(model: new ScriptedModel { GateLogit = (_, _, _) => LogitOf04 });

        var outcome = engine.Run(Greedy(2, 2, QExit(0.6f)) with { Reports = new() { Gates = true } });

        Assert.Equal(2, outcome.Events[1].Gates.Count);
    }

    [Fact]
    public void TrySubmit_NoExitSettings_UsesTheModelsThreshold()
    {
        var plain = new ScriptedModel();
        using var engine = new EngineHarness(model: new ScriptedModel { Description = plain.Description with { ExitThreshold = 0 } });

        Assert.Equal([4, 1, 1], engine.Run(Greedy(2, 3)).ExitSteps);
    }

    [Fact]
    public void TrySubmit_OptionsGiveThresholdWithoutPolicy_UsesItForTheUsualOne()
    {
        using var engine = new EngineHarness(new EngineOptions { KvSlots = 512, Exit = new ExitSettings { Threshold = 0 } });

        Assert.Equal([4, 1], engine.Run(Greedy(2, 2)).ExitSteps);
    }

    [Fact]
    public void TrySubmit_OptionsMinLoopsAboveTheRequestsMaxLoops_GivesWay()
    {
        using var engine = new EngineHarness(new EngineOptions { KvSlots = 512, Exit = new ExitSettings { MinLoops = 3 } });

        Assert.Equal([4, 2, 2], engine.Run(Greedy(2, 3, QExit(0, maxLoops: 2))).ExitSteps);
    }

    [Fact]
    public void TrySubmit_OptionsGiveThreshold_UsesItForTheirPolicyOnly()
    {
        var options = new EngineOptions { KvSlots = 512, Exit = new ExitSettings { Policy = "act", Threshold = 0 } };
        using var engine = new EngineHarness(options);

        Assert.Equal([4, 1], engine.Run(Greedy(2, 2)).ExitSteps);
        Assert.Equal([4, 4], engine.Run(Greedy(2, 2, new ExitSettings { Policy = "q-exit" })).ExitSteps);
    }
}
