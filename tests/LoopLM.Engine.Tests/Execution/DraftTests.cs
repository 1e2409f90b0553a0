using LoopLM.Engine.Configuration;
using LoopLM.Engine.Exits;
using LoopLM.Engine.Requests;
using LoopLM.Engine.Tests.Sampling;
using LoopLM.Testing;

namespace LoopLM.Engine.Tests.Execution;

public sealed class DraftTests
{
    private static readonly EngineOptions s_roomy = new() { KvSlots = 4096, MaxSequences = 4, MaxRows = 32, PrefillChunk = 8 };

    /// <summary>The token after each position is the same after every loop.</summary>
    private static readonly ScriptedModel s_agreeing = new() { Favourite = (position, _) => (position * 7) % 60 };

    private static readonly ScriptedModel s_disagreeing = new();

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData(1, 20)]
    [InlineData(2, 40)]
    [InlineData(3, 60)]
    public void Tick_DraftsAreRight_TokensComeAfterAsManyTicksAsADraftTakes(int draftLoop, int ticks)
    {
        using var engine = new EngineHarness(s_roomy, s_agreeing, drafts: new DraftAfter(draftLoop));
        var request = TestRequests.Greedy(1, 21);
        var generation = engine.Submit(request);

        engine.Tick(4 + ticks);

        Assert.Equal(21, Outcome.Of(generation).Tokens.Length);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void Tick_DraftsAreWrong_TokensAreThoseWithoutDrafts(int draftLoop)
    {
        var request = TestRequests.Greedy(3, 12);
        using var plain = new EngineHarness(s_roomy, s_disagreeing);
        using var drafting = new EngineHarness(s_roomy, s_disagreeing, drafts: new DraftAfter(draftLoop));

        Assert.Equal(plain.Run(request).Tokens, drafting.Run(request).Tokens);
    }

    [Fact]
    public void Tick_DraftsAreWrong_TakeNoMoreTicks()
    {
        var request = TestRequests.Greedy(3, 12);
        using var plain = new EngineHarness(s_roomy, s_disagreeing);
        using var drafting = new EngineHarness(s_roomy, s_disagreeing, drafts: new DraftAfter(1));
        plain.Run(request);
        drafting.Run(request);

        Assert.Equal(plain.Snapshot.Ticks, drafting.Snapshot.Ticks);
    }

    [Fact]
    public void Tick_DraftsExitBeforeTheirPredecessors_AreAllPublishedWhenItExits()
    {
        // The first generated token runs all loops, the three after it leave after one.
        var request = TestRequests.Greedy(1, 5) with { Exit = new() { Policy = "trace", Trace = new[] { 4, 4, 1, 1, 1 } } };
        using var engine = new EngineHarness(s_roomy, s_agreeing, drafts: new DraftAfter(1));
        var generation = engine.Submit(request);

        engine.Tick(4);
        var before = generation.Events.Count;
        engine.Tick();

        Assert.Equal((1, 5), (before, Outcome.Of(generation).Tokens.Length));
    }

    [Fact]
    public void Tick_DraftsThatLeftEarlyAreConfirmed_MakeRoomForOthers()
    {
        // Four slots for the prompt and four for each generated position; three are freed when an early exit is certain.
        var request = TestRequests.Greedy(1, 9) with { Exit = new() { Policy = "trace", Trace = new[] { 4, 4, 1, 1, 1, 1, 1, 1, 1 } } };
        using var engine = new EngineHarness(s_roomy with { KvSlots = 38 }, s_agreeing, drafts: new DraftAfter(1));
        engine.Submit(request);
        engine.Submit(TestRequests.Greedy(1, 1));

        engine.Tick(5);
        var before = engine.Snapshot.RunningSequences;
        engine.Tick();

        Assert.Equal((1, 2), (before, engine.Snapshot.RunningSequences));
    }

    [Fact]
    public void Tick_DraftIsAStopToken_StartsNothing()
    {
        var stop = s_agreeing.Favourite!(1, 0);
        var request = TestRequests.Greedy(1, 5) with { StopTokens = [stop] };
        using var engine = new EngineHarness(s_roomy, s_agreeing, drafts: new DraftAfter(1));

        var outcome = engine.Run(request);

        Assert.Equal((FinishReason.Stop, 2), (outcome.End.FinishReason, outcome.Tokens.Length));
        Assert.DoesNotContain(engine.Runner.Ticks.SelectMany(rows => rows), row => row.Position > 1);
    }

    [Fact]
    public void Tick_RowsAreShort_CertainTokensComeFirst()
    {
        var options = s_roomy with { MaxSequences = 3, MaxRows = 3 };
        using var engine = new EngineHarness(options, s_agreeing, drafts: new DraftAfter(1));
        var generations = Enumerable.Range(0, 3).Select(_ => engine.Submit(TestRequests.Greedy(1, 8))).ToArray();

        engine.Tick(4 + (7 * 4));

        Assert.All(generations, generation => Assert.Equal(8, Outcome.Of(generation).Tokens.Length));
    }

    [Fact]
    public void Tick_ConstraintLeavesOneToken_EveryDraftIsRight()
    {
        // Only the constraint makes them right: the model disagrees with itself. Each draft needs the mask after the one before.
        var masks = 0;
        var request = TestRequests.Greedy(1, 6) with
        {
            Constraint = maxRewind =>
                new Spelling(5, 6, 7, 8, 9, 10) { AfterMask = () => Interlocked.Add(ref masks, maxRewind > 0 ? 1 : 0) },
        };
        using var engine = new EngineHarness(s_roomy, s_disagreeing, drafts: new DraftAfter(1));
        engine.Runner.BeforeLoop =
            _ => Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref masks) > engine.Snapshot.DraftTokens, s_patience));

        var outcome = engine.Run(request);

        Assert.Equal([5, 6, 7, 8, 9, 10], outcome.Tokens);
        Assert.Equal((5, 5L), (outcome.End.DraftTokens, engine.Snapshot.AcceptedDraftTokens));
    }

    [Fact]
    public void Tick_ConstraintForDraftsThrows_OnlyTheDraftsEnd()
    {
        var request = TestRequests.Greedy(1, 6) with
        {
            Constraint = maxRewind => new HashedTokens(maxRewind)
            {
                BeforeMask = maxRewind > 0 ? () => throw new InvalidOperationException("broken") : () => { },
            },
        };
        using var engine = new EngineHarness(s_roomy, s_agreeing, drafts: new DraftAfter(1));

        var outcome = engine.Run(request);

        Assert.Equal((6, FinishReason.Length, 0L), (outcome.Tokens.Length, outcome.End.FinishReason, engine.Snapshot.DraftTokens));
    }

    [Fact]
    public void Tick_DraftsAreRight_TokensSaySoAndAreCounted()
    {
        using var engine = new EngineHarness(s_roomy, s_agreeing, drafts: new DraftAfter(1));

        var outcome = engine.Run(TestRequests.Greedy(1, 6));

        // Nothing follows the last token, so nobody drafts it.
        Assert.Equal(
            (5, 5, 5L, 5L), (outcome.Events.Count(each => each.IsDrafted), outcome.End.DraftTokens,
                engine.Snapshot.DraftTokens, engine.Snapshot.AcceptedDraftTokens));
    }

    [Fact]
    public void Tick_DraftsAreWrong_NoTokenSaysThatItWasDrafted()
    {
        using var engine = new EngineHarness(s_roomy, s_disagreeing, drafts: new DraftAfter(1));

        var outcome = engine.Run(TestRequests.Greedy(1, 6));

        Assert.Equal((false, 0L), (outcome.Events.Any(each => each.IsDrafted), engine.Snapshot.AcceptedDraftTokens));
        Assert.True(outcome.End.DraftTokens > 0);
    }

    [Fact]
    public void Tick_PositionLeavesBeforeItsDraftLoop_DraftsWhenItLeaves()
    {
        var exit = new ExitSettings { Policy = "trace", MaxLoops = 8, Trace = new[] { 4, 8, 1, 1, 1, 1, 1, 1, 1 } };
        using var engine = new EngineHarness(s_roomy, s_agreeing, drafts: new DraftAfter(2));
        engine.Submit(TestRequests.Greedy(1, 9) with { Exit = exit });

        // The prompt drafts in the second tick, the position that runs eight loops in the fourth, those
        // after it in the ticks in which they start.
        engine.Tick(6);

        Assert.Equal(4, engine.Snapshot.DraftTokens);
    }

    [Theory]
    [InlineData(0.0, 0)]
    [InlineData(1.0, 7)]
    public void Tick_AcceptanceIsSynthetic_CoinDecides(double share, int accepted)
    {
        using var engine = new EngineHarness(s_roomy, s_disagreeing, drafts: new DraftAfter(1), syntheticAcceptance: share);

        engine.Run(TestRequests.Greedy(1, 8));

        Assert.Equal(accepted, engine.Snapshot.AcceptedDraftTokens);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    public void Submit_DraftLoopsOutOfRange_IsRefused(int loops)
    {
        using var engine = new EngineHarness(s_roomy);

        var rejection = engine.Reject(
            TestRequests.Greedy(1, 1) with { Speculation = new() { Strategy = SpeculationStrategy.Fixed, DraftLoops = loops } });

        Assert.Equal(("draft_loops", $"'draft_loops' is {loops}; it must be between 1 and 8."),
            (rejection.Field!.Value.Name, rejection.Message.ToString()));
    }

    [Fact]
    public void Submit_DraftLoopsWithoutFixed_IsRefused()
    {
        using var engine = new EngineHarness(s_roomy);

        var rejection = engine.Reject(
            TestRequests.Greedy(1, 1) with { Speculation = new() { Strategy = SpeculationStrategy.Off, DraftLoops = 1 } });

        Assert.Equal("'draft_loops' needs 'speculation' to be 'fixed'; it is 'off'.", rejection.Message.ToString());
    }

    [Fact]
    public void Cancel_DraftsAreInFlight_FreesEverything()
    {
        using var engine = new EngineHarness(s_roomy, s_agreeing, drafts: new DraftAfter(1));
        var generation = engine.Submit(TestRequests.Greedy(1, 100));
        engine.Tick(7);
        var rows = engine.Snapshot.Rows;

        generation.Cancel();
        engine.Tick();

        Assert.True(rows > 1);
        Assert.Equal((0, 0), (engine.Snapshot.RunningSequences, engine.Snapshot.UsedKvSlots));
    }
}
