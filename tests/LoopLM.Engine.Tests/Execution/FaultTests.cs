using System.ComponentModel.DataAnnotations;
using LoopLM.Engine.Configuration;
using LoopLM.Engine.Errors;
using LoopLM.Engine.Exits;
using LoopLM.Engine.Requests;
using LoopLM.Engine.Runners;
using LoopLM.Engine.Telemetry;
using LoopLM.Engine.Tests.Exits;
using LoopLM.Testing;
using static LoopLM.Engine.Tests.TestRequests;

namespace LoopLM.Engine.Tests.Execution;

/// <summary>What one fault takes with it, and what goes on.</summary>
public sealed class FaultTests
{
    [Fact]
    public void Tick_NaNGateInOneRow_FailsThatRequestAlone()
    {
        using var engine = new EngineHarness(model: new ScriptedModel { GateLogit = (position, _, _) => position == 5 ? float.NaN : -9 });
        var broken = engine.Submit(Greedy(4, 8, QExit(0.5f)));
        var sound = engine.Submit(Greedy(1, 3, QExit(0.5f)));

        engine.Drain();

        Assert.Equal(
            (GenerationEventKind.Failed, GenerationEventKind.Finished), (Outcome.Of(broken).End.Kind, Outcome.Of(sound).End.Kind));
    }

    [Fact]
    public void Tick_NaNLogitsInOneRow_FailsThatRequestAlone()
    {
        using var engine = new EngineHarness();
        engine.Runner.BreaksLogits = row => row.Position == 5;
        var broken = engine.Submit(Greedy(4, 8));
        var sound = engine.Submit(Greedy(1, 3));

        engine.Drain();

        Assert.Equal(
            (GenerationEventKind.Failed, GenerationEventKind.Finished), (Outcome.Of(broken).End.Kind, Outcome.Of(sound).End.Kind));
    }

    [Fact]
    public void Tick_LoopPassThrows_FailsItsRowsAndServesTheNext()
    {
        using var engine = new EngineHarness();
        var first = engine.Submit(Greedy(4, 8));
        var second = engine.Submit(Greedy(1, 3));
        engine.Tick(3);
        engine.Runner.BeforeLoop = _ => throw new InvalidOperationException("kernel");

        engine.Tick();
        engine.Runner.BeforeLoop = null;

        Assert.Equal(
            (GenerationEventKind.Failed, GenerationEventKind.Failed), (Outcome.Of(first).End.Kind, Outcome.Of(second).End.Kind));
        Assert.Equal([4, 4], engine.Run(Greedy(2, 2)).ExitSteps);
    }

    [Fact]
    public void Tick_HeadThrows_FailsTheRowsThatLeft()
    {
        using var engine = new EngineHarness();
        var leaving = engine.Submit(Greedy(1, 8));
        var waiting = engine.Submit(Greedy(9, 8));
        engine.Runner.BeforeHead = () => throw new InvalidOperationException("kernel");
        engine.Tick(4);
        engine.Runner.BeforeHead = null;

        engine.Drain();

        Assert.Equal(
            (GenerationEventKind.Failed, GenerationEventKind.Finished), (Outcome.Of(leaving).End.Kind, Outcome.Of(waiting).End.Kind));
    }

    [Fact]
    public void Tick_PolicyThrows_FailsThatRequestAlone()
    {
        using var engine = new EngineHarness(policies: ThrowingPolicy.WithBuiltIn);
        var broken = engine.Submit(Greedy(4, 8, new ExitSettings { Policy = "throwing" }));
        var sound = engine.Submit(Greedy(1, 3));

        engine.Drain();

        Assert.Equal(
            (GenerationEventKind.Failed, GenerationEventKind.Finished), (Outcome.Of(broken).End.Kind, Outcome.Of(sound).End.Kind));
    }

    [Fact]
    public void Tick_ReleaseThrows_EndsTheGenerationAllTheSame()
    {
        using var engine = new EngineHarness();
        engine.Runner.AfterRelease = () => throw new InvalidOperationException("release");
        var generation = engine.Submit(Greedy(2, 2));

        engine.Drain();

        Assert.Equal(FinishReason.Length, Outcome.Of(generation).End.FinishReason);
    }

    [Fact]
    public void Tick_HeadLosesTheDevice_FailsEverythingAndRunsNoFurtherHead()
    {
        const int moreThanOneHead = 70;
        using var engine = new EngineHarness(
            new EngineOptions { KvSlots = 4096, MaxSequences = moreThanOneHead, MaxRows = moreThanOneHead });
        var heads = 0;
        engine.Runner.BeforeHead = () =>
        {
            if (heads++ == 0)
            {
                throw new DeviceLostException("gone");
            }
        };
        var generations = Enumerable.Range(0, moreThanOneHead).Select(_ => engine.Submit(Greedy(1, 2))).ToArray();

        engine.Drain();

        Assert.All(generations, generation => Assert.Equal(GenerationEventKind.Failed, Outcome.Of(generation).End.Kind));
        Assert.Equal((1, EngineHealth.Unhealthy), (heads, engine.Snapshot.Health));
    }

    [Fact]
    public void Tick_DeviceLost_FailsEverythingAndLatchesUnhealthy()
    {
        using var engine = new EngineHarness(new EngineOptions { KvSlots = 512, MaxSequences = 1 });
        var running = engine.Submit(Greedy(1, 8));
        var waiting = engine.Submit(Greedy(1, 8));
        engine.Runner.BeforeLoop = _ => throw new DeviceLostException("gone");

        engine.Tick();
        engine.Runner.BeforeLoop = null;

        Assert.Equal(
            (GenerationEventKind.Failed, GenerationEventKind.Failed), (Outcome.Of(running).End.Kind, Outcome.Of(waiting).End.Kind));
        Assert.Equal((EngineHealth.Unhealthy, "gone"), (engine.Snapshot.Health, engine.Snapshot.Fault));
        Assert.Equal(RejectionReason.Unhealthy, engine.Reject(Greedy(1, 1)).Reason);
    }

    [Fact]
    public void Constructor_FewerRowsThanSequences_Throws() =>
        Assert.Throws<ArgumentException>(() => new EngineHarness(new EngineOptions { MaxRows = 4, MaxSequences = 5 }));

    [Fact]
    public void Constructor_FewerLoopsThanTheModel_Throws() =>
        Assert.Throws<ArgumentException>(() => new EngineHarness(new EngineOptions { MaxLoops = 3 }));

    [Theory]
    [InlineData(1025, 1)]
    [InlineData(8, 0)]
    public void Constructor_OptionOutOfRange_Throws(int maxLoops, int prefillChunk) => Assert.Throws<ValidationException>(
        () => new EngineHarness(new EngineOptions { MaxLoops = maxLoops, PrefillChunk = prefillChunk }));

    [Theory]
    [InlineData("gate", 100, "'exit_policy' is 'gate'")]
    [InlineData("fixed", 3, "may need 4 KV slots")]
    public void Constructor_OptionsRefuseEveryRequest_ThrowsAndSaysWhy(string policy, int kvSlots, string expected)
    {
        var exception = Assert.Throws<ArgumentException>(
            () => new EngineHarness(new EngineOptions { KvSlots = kvSlots, Exit = new ExitSettings { Policy = policy } }));

        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
    }
}
