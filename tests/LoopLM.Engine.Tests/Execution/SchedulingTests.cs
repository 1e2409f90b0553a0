using LoopLM.Engine.Configuration;
using LoopLM.Engine.Errors;
using LoopLM.Engine.Requests;
using LoopLM.Engine.Scheduling;
using LoopLM.Testing;
using Microsoft.Extensions.Time.Testing;
using static LoopLM.Engine.Tests.TestRequests;

namespace LoopLM.Engine.Tests.Execution;

/// <summary>Which rows run when.</summary>
public sealed class SchedulingTests
{
    private static readonly EngineOptions s_small = new() { KvSlots = 4096, MaxSequences = 4, MaxRows = 8, PrefillChunk = 8 };

    [Fact]
    public void Tick_Refill_FastRequestReentersBesideTheDeeperLoopsOfASlowOne()
    {
        using var engine = new EngineHarness(s_small);
        engine.Submit(Greedy(1, 3, QExit(1)));
        engine.Submit(Greedy(1, 6, QExit(0)));

        engine.Tick(4 + 4);

        var decoding = engine.Runner.Ticks[^4..];
        Assert.Equal([(1, 1), (2, 1), (3, 1), (4, 1)], decoding.Select(rows => (rows[0].Loop, rows[1].Loop)).ToArray());
    }

    [Fact]
    public void Tick_NoRefill_FastRequestWaitsForTheSlowOne()
    {
        using var engine = new EngineHarness(s_small with { Refill = false });
        engine.Submit(Greedy(1, 3, QExit(1)));
        engine.Submit(Greedy(1, 6, QExit(0)));

        engine.Tick(4 + 4);

        Assert.Equal([2, 1, 1, 1], engine.Runner.Ticks[^4..].Select(rows => rows.Length).ToArray());
    }

    [Fact]
    public void Tick_ArrivalDuringDecode_JoinsAndCompletes()
    {
        using var engine = new EngineHarness(s_small);
        var first = engine.Submit(Greedy(1, 10));
        engine.Tick(7);
        var second = engine.Submit(Greedy(2, 3));

        engine.Drain();

        Assert.Equal((10, 3), (Outcome.Of(first).Tokens.Length, Outcome.Of(second).Tokens.Length));
    }

    [Fact]
    public void Tick_StreamOfShortArrivals_NeverHoldsUpADecode()
    {
        using var engine = new EngineHarness(s_small);
        engine.Submit(Greedy(1, 20));
        engine.Tick(4);

        for (var arrival = 0; arrival < 12; arrival++)
        {
            engine.Submit(Greedy(5, 1, salt: arrival));
            engine.Tick();
        }

        Assert.All(engine.Runner.Ticks[^12..], rows => Assert.Contains(rows, row => row.Sequence == 0));
    }

    [Fact]
    public void Tick_LongPromptInSmallChunks_LetsALaterShortOneFinishFirst()
    {
        using var engine = new EngineHarness(s_small with { PrefillChunk = 1 });
        var longer = engine.Submit(Greedy(40, 1));
        var shorter = engine.Submit(Greedy(2, 1));

        engine.Tick(6);

        Assert.True(Outcome.Of(shorter).Tokens.Length == 1 && !longer.Events.TryPeek(out _));
    }

    [Fact]
    public void Tick_PromptChunks_FollowEachOtherLoopAfterLoop()
    {
        using var engine = new EngineHarness(s_small with { PrefillChunk = 2 });
        engine.Submit(Greedy(4, 1));

        engine.Tick(2);

        Assert.Equal([(0, 2), (1, 2), (2, 1), (3, 1)], engine.Runner.Ticks[1].Select(row => (row.Position, row.Loop)).ToArray());
    }

    [Fact]
    public void Tick_FullRows_StartsGeneratedTokensBeforePrompts()
    {
        using var engine = new EngineHarness(s_small with { MaxRows = 4 });
        engine.Submit(Greedy(1, 8));
        engine.Tick(4);
        engine.Submit(Greedy(30, 1));

        engine.Tick(12);

        Assert.All(engine.Runner.Ticks[^12..], rows => Assert.Contains(rows, row => row.Sequence == 0));
    }

    [Fact]
    public void Tick_LongPromptCouldFillTheRows_LetsAShorterOneThrough()
    {
        using var engine = new EngineHarness(s_small);
        var longer = engine.Submit(Greedy(200, 1));
        engine.Tick(5);
        var shorter = engine.Submit(Greedy(6, 1));

        engine.Tick(16);

        Assert.True(Outcome.Of(shorter).Tokens.Length == 1 && !longer.Events.TryPeek(out _));
    }

    [Fact]
    public void Tick_RefillOrNot_GivesTheSameTokens()
    {
        var outcomes = new List<int[]>();
        foreach (var refill in (bool[])[true, false])
        {
            using var engine = new EngineHarness(s_small with { Refill = refill });
            var generations = new[] { engine.Submit(Greedy(1, 6, QExit(1))), engine.Submit(Greedy(1, 9, QExit(0), salt: 3)) };
            engine.Drain();
            outcomes.Add([.. generations.SelectMany(generation => Outcome.Of(generation).Tokens)]);
        }

        Assert.Equal(outcomes[0], outcomes[1]);
    }

    [Fact]
    public void Tick_EarlyExits_MakeRoomBeforeTheRequestEnds()
    {
        using var engine = new EngineHarness(s_small with { KvSlots = 44 });
        var shallow = engine.Submit(Greedy(1, 11, QExit(0)));
        var waiting = engine.Submit(Greedy(1, 2));

        engine.Drain();

        Assert.Equal((11, 2), (Outcome.Of(shallow).Tokens.Length, Outcome.Of(waiting).Tokens.Length));
        Assert.Contains(engine.Runner.Ticks, rows => rows.Length == 2);
    }

    [Fact]
    public void Tick_SlotsForOneRequestAtATime_QueuesTheOthersAndReusesThem()
    {
        using var engine = new EngineHarness(s_small with { KvSlots = 24 });
        var generations = Enumerable.Range(0, 3).Select(i => engine.Submit(Greedy(3, 4, salt: i))).ToArray();

        engine.Drain();

        Assert.All(generations, generation => Assert.Equal(4, Outcome.Of(generation).Tokens.Length));
        Assert.All(engine.Runner.Ticks, rows => Assert.Single(rows.DistinctBy(row => row.Sequence)));
    }

    [Fact]
    public void Snapshot_AfterATick_CountsItsRowsAlsoWhereAllLeft()
    {
        using var engine = new EngineHarness(s_small);
        engine.Submit(Greedy(3, 1));

        engine.Tick(4);

        Assert.Equal(3, engine.Snapshot.Rows);
    }

    [Fact]
    public void Tick_Prompt_RunsTheHeadForItsLastRowOnly()
    {
        using var engine = new EngineHarness(s_small);

        engine.Run(Greedy(20, 1));

        Assert.Equal(1, engine.Runner.HeadRows);
    }

    [Fact]
    public void Tick_NothingToDo_RunsNothing()
    {
        using var engine = new EngineHarness(s_small);

        Assert.False(engine.Core.Tick());
        Assert.Empty(engine.Runner.Ticks);
    }

    [Fact]
    public void Tick_LargeRequestBlockedByMemory_IsPassedABoundedNumberOfTimes()
    {
        using var engine = new EngineHarness(s_small with { KvSlots = 100 });
        engine.Submit(Greedy(10, 6));
        engine.Tick();
        var large = engine.Submit(Greedy(20, 5, salt: 5));
        var small = Enumerable.Range(0, 20).Select(i => engine.Submit(Greedy(1, 1, salt: 10 + i))).ToArray();

        engine.Drain();

        var starts = engine.Runner.Ticks.SelectMany(rows => rows).Where(row => row is { Position: 0, Loop: 1 }).Select(row => row.Token);
        Assert.Equal(AdmissionQueue.MaxBypasses, starts.ToList().IndexOf(8) - 1);
        Assert.All([large, .. small], generation => Assert.Equal(GenerationEventKind.Finished, Outcome.Of(generation).End.Kind));
    }

    [Fact]
    public void Tick_MoreRequestsThanPlaces_AllFinishInOrderOfArrival()
    {
        using var engine = new EngineHarness(s_small with { MaxSequences = 1 });
        var generations = Enumerable.Range(0, 5).Select(i => engine.Submit(Greedy(2, 2, salt: i))).ToArray();

        engine.Drain();

        Assert.All(generations, generation => Assert.Equal(2, Outcome.Of(generation).Tokens.Length));
        var starts = engine.Runner.Ticks.SelectMany(rows => rows).Where(row => row is { Position: 0, Loop: 1 }).Select(row => row.Token);
        Assert.Equal([3, 4, 5, 6, 7], starts);
    }

    [Fact]
    public void TrySubmit_QueueFullAndSlow_SaysHowLongItTakesToEmpty()
    {
        var time = new FakeTimeProvider();
        using var engine = new EngineHarness(s_small with { MaxSequences = 1, MaxQueuedRequests = 2 }, time: time);
        engine.Submit(Greedy(1, 50));
        engine.Tick();
        engine.Submit(Greedy(1, 1));
        engine.Submit(Greedy(1, 1));

        time.Advance(TimeSpan.FromSeconds(3));

        Assert.Equal(TimeSpan.FromSeconds(6), engine.Reject(Greedy(1, 1)).RetryAfter);
    }

    [Fact]
    public void Tick_RequestHasWaitedTooLong_EndsWithHowLongTheQueueTakesToEmpty()
    {
        var time = new FakeTimeProvider();
        using var engine = new EngineHarness(s_small with { MaxSequences = 1, MaxQueueTime = TimeSpan.FromSeconds(10) }, time: time);
        engine.Submit(Greedy(1, 50));
        engine.Tick();
        var waiting = engine.Submit(Greedy(1, 1));

        time.Advance(TimeSpan.FromSeconds(10));
        engine.Tick();

        var end = Outcome.Of(waiting).End;
        Assert.Equal((FinishReason.QueueTimeout, TimeSpan.FromSeconds(10)), (end.FinishReason, end.RetryAfter));
    }

    [Fact]
    public void Tick_OneChoiceHasStarted_BringsTheOthersToTheirEndHoweverLongTheyWait()
    {
        var time = new FakeTimeProvider();
        using var engine = new EngineHarness(s_small with { MaxSequences = 1, MaxQueueTime = TimeSpan.FromSeconds(10) }, time: time);
        var choices = engine.Submit(RequestClient.Local, Greedy(1, 5), Greedy(1, 5), Greedy(1, 5));
        engine.Tick();
        var other = engine.Submit(RequestClient.Local, Greedy(1, 1), Greedy(1, 1));

        time.Advance(TimeSpan.FromSeconds(10));
        engine.Drain();

        Assert.All(choices, choice => Assert.Equal(FinishReason.Length, Outcome.Of(choice).End.FinishReason));
        Assert.All(other, choice => Assert.Equal(FinishReason.QueueTimeout, Outcome.Of(choice).End.FinishReason));
    }

    [Fact]
    public void Tick_RequestOfManyChoices_LetsALaterRequestStartAfterItsSecond()
    {
        using var engine = new EngineHarness(s_small with { MaxSequences = 1 });
        engine.Submit(RequestClient.Local, [.. Enumerable.Repeat(Greedy(1, 2), 20)]);
        engine.Tick();
        var later = engine.Submit(Greedy(1, 2, salt: 5));

        // Each takes eight ticks. The first choice has had one, and the second has come before the later request.
        engine.Tick(23);

        Assert.Equal(2, Outcome.Of(later).Tokens.Length);
        engine.Core.CancelAll();
    }

    [Fact]
    public void TrySubmit_ClientFloodsTheQueue_RejectsItAndAcceptsAnother()
    {
        using var engine = new EngineHarness(s_small with { MaxQueuedRequests = 4 });
        var (flood, other) = (new RequestClient("flood"), new RequestClient("other"));
        engine.Submit(flood, Greedy(1, 1));
        engine.Submit(flood, Greedy(1, 1));

        Assert.False(engine.Core.TryAccept([Greedy(1, 1)], flood, out _, out var rejection));
        Assert.Equal(RejectionReason.QueueFull, rejection.Reason);
        engine.Submit(other, Greedy(1, 1));
    }

    [Fact]
    public void TrySubmit_QueueFull_Rejects()
    {
        using var engine = new EngineHarness(s_small with { MaxQueuedRequests = 2 });
        engine.Submit(Greedy(1, 1));
        engine.Submit(Greedy(1, 1));

        Assert.Equal(RejectionReason.QueueFull, engine.Reject(Greedy(1, 1)).Reason);
    }

    [Fact]
    public void TrySubmit_QueueDrained_AcceptsAgain()
    {
        using var engine = new EngineHarness(s_small with { MaxQueuedRequests = 1 });
        engine.Submit(Greedy(1, 1));
        engine.Reject(Greedy(1, 1));
        engine.Tick();

        Assert.Equal([4], engine.Run(Greedy(1, 1)).ExitSteps);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(6)]
    public void Tick_Cancelled_FreesEverythingWithinOneTick(int ticksBefore)
    {
        using var engine = new EngineHarness(s_small);
        var generation = engine.Submit(Greedy(6, 20));
        engine.Tick(ticksBefore);

        generation.Cancel();
        engine.Tick();

        Assert.Equal((0, 0), (engine.Snapshot.UsedKvSlots, engine.Snapshot.RunningSequences));
        Assert.Equal(FinishReason.Cancelled, Outcome.Of(generation).End.FinishReason);
    }

    [Fact]
    public void Tick_CancelledWhileQueued_NeverRuns()
    {
        using var engine = new EngineHarness(s_small with { MaxSequences = 1 });
        var running = engine.Submit(Greedy(1, 20));
        var queued = engine.Submit(Greedy(2, 20, salt: 9));
        engine.Tick(3);

        queued.Cancel();
        engine.Tick();

        Assert.Equal(FinishReason.Cancelled, Outcome.Of(queued).End.FinishReason);
        Assert.Equal(0, engine.Snapshot.QueuedRequests);
        engine.Drain();
        Assert.Equal(20, Outcome.Of(running).Tokens.Length);
        Assert.DoesNotContain(engine.Runner.Ticks, rows => rows.Length > 1);
    }

    [Fact]
    public void Tick_CancelledAfterItsEnd_KeepsItsEnd()
    {
        using var engine = new EngineHarness(s_small);
        var generation = engine.Submit(Greedy(1, 1));
        engine.Drain();

        generation.Cancel();
        engine.Tick();

        Assert.Equal(FinishReason.Length, Outcome.Of(generation).End.FinishReason);
    }

    [Fact]
    public void Tick_StopTokensChangedAfterSubmit_KeepsThoseOfTheSubmit()
    {
        using var engine = new EngineHarness(s_small, new ScriptedModel { Favourite = (_, _) => 9 });
        var stops = new List<int> { 9 };
        var generation = engine.Submit(Greedy(2, 5) with { StopTokens = stops });

        stops.Clear();
        engine.Drain();

        Assert.Equal([9], Outcome.Of(generation).Tokens);
    }

    [Fact]
    public void Tick_StopToken_EndsAfterReportingIt()
    {
        using var engine = new EngineHarness(s_small, new ScriptedModel { Favourite = (_, _) => 9 });

        var outcome = engine.Run(Greedy(2, 5) with { StopTokens = [9] });

        Assert.Equal([9], outcome.Tokens);
        Assert.Equal(FinishReason.Stop, outcome.End.FinishReason);
    }
}
