using LoopLM.Engine.Kv;

namespace LoopLM.Engine.Tests.Kv;

public sealed class KvLedgerTests
{
    private const int Loops = 4;

    [Fact]
    public void Exit_LastExited_DeeperLoopsAliasTheExitSlotAndTakeNone()
    {
        var ledger = Open(KvLayout.LastExited, prompt: 1, generated: 1);
        RunPrompt(ledger, 1);

        var (first, second) = (ledger.Take(0, 1, 1), ledger.Take(0, 1, 2));
        ledger.Exit(0, 1, 2);

        Assert.Equal([first, second, second, second], SlotsOf(ledger, position: 1));
        Assert.Equal(Loops + 2, ledger.UsedSlots);
        ledger.Audit();
    }

    [Fact]
    public void Confirm_LastExited_UncommitsTheLoopsThatWereNotRun()
    {
        var ledger = Open(KvLayout.LastExited, prompt: 1, generated: 2);
        RunPrompt(ledger, 1);
        ledger.Take(0, 1, 1);
        ledger.Exit(0, 1, 1);
        var before = ledger.CommittedSlots;

        ledger.Confirm(0, 1, exitStep: 1);

        Assert.Equal((3 * Loops, Loops + 1 + Loops), (before, ledger.CommittedSlots));
        ledger.Audit();
    }

    [Fact]
    public void Drop_TwoDraftsOfWhichOneHasLeft_FreesTheirSlotsAndKeepsWhatIsCommitted()
    {
        var ledger = Open(KvLayout.LastExited, prompt: 1, generated: 3);
        RunPrompt(ledger, 1);
        ledger.Take(0, 1, 1);
        var (used, committed) = (ledger.UsedSlots, ledger.CommittedSlots);
        ledger.Take(0, 2, 1);
        ledger.Exit(0, 2, 1);
        ledger.Take(0, 3, 1);

        ledger.Drop(0, fromPosition: 2);

        Assert.Equal((used, committed), (ledger.UsedSlots, ledger.CommittedSlots));
        ledger.Audit();
    }

    [Fact]
    public void Drop_PositionStartsAgain_HasSlotsOfItsOwn()
    {
        var ledger = Open(KvLayout.LastExited, prompt: 1, generated: 2);
        RunPrompt(ledger, 1);
        ledger.Take(0, 1, 1);
        ledger.Exit(0, 1, 1);
        ledger.Drop(0, fromPosition: 1);

        int[] taken = [ledger.Take(0, 1, 1), ledger.Take(0, 1, 2)];

        Assert.Equal(2, taken.Distinct().Count());
        Assert.Equal(Loops + 2, ledger.UsedSlots);
        ledger.Audit();
    }

    [Theory]
    [InlineData(KvLayout.LastExited, 0)]
    [InlineData(KvLayout.Shared, 1)]
    public void Drop_PromptOrSharedLayout_Throws(KvLayout layout, int position)
    {
        var ledger = Open(layout, prompt: 1, generated: 2);

        Assert.Throws<InvalidOperationException>(() => ledger.Drop(0, position));
    }

    [Fact]
    public void Exit_PromptBelowMaxLoops_DeeperLoopsAliasTheLastPromptLoop()
    {
        var ledger = new KvLedger(100, 1);
        Assert.True(ledger.TryOpen(0, new KvReservation(KvLayout.LastExited, 1, 1, Loops, Loops + 2)));
        RunPrompt(ledger, 1);

        Assert.Equal(ledger.Slots(0, Loops, 1).Span[0], ledger.Slots(0, Loops + 2, 1).Span[0]);
        ledger.Audit();
    }

    [Fact]
    public void FinishPrompt_Shared_KeepsOnlyTheSlotsOfTheLastLoop()
    {
        var ledger = Open(KvLayout.Shared, prompt: 3, generated: 2);
        RunPrompt(ledger, 3);
        var last = ledger.Slots(0, Loops, 3).ToArray();

        ledger.FinishPrompt(0);

        Assert.Equal(last, ledger.Slots(0, 1, 3).ToArray());
        Assert.Equal((3, 5), (ledger.UsedSlots, ledger.CommittedSlots));
        ledger.Audit();
    }

    [Fact]
    public void FinishPrompt_LastExited_KeepsEveryLoop()
    {
        var ledger = Open(KvLayout.LastExited, prompt: 3, generated: 0);
        RunPrompt(ledger, 3);

        ledger.FinishPrompt(0);

        Assert.Equal(3 * Loops, ledger.UsedSlots);
    }

    [Fact]
    public void UsedSlotsByLoop_SharedLayout_IsThatOfTheLoopThatWroteLast()
    {
        var ledger = Open(KvLayout.Shared, prompt: 2, generated: 1);
        RunPrompt(ledger, 2);
        ledger.FinishPrompt(0);

        ledger.Take(0, 2, 1);
        ledger.Take(0, 2, 2);

        Assert.Equal([0, 1, 0, 2], ledger.UsedSlotsByLoop.ToArray()[..Loops]);
        ledger.Audit();
    }

    [Fact]
    public void UsedSlotsByLoop_SequenceCloses_IsZero()
    {
        var ledger = Open(KvLayout.LastExited, prompt: 2, generated: 1);
        RunPrompt(ledger, 2);

        ledger.Close(0);

        Assert.All(ledger.UsedSlotsByLoop.ToArray(), count => Assert.Equal(0, count));
        ledger.Audit();
    }

    [Fact]
    public void Take_SharedGeneratedPosition_GivesAllLoopsOneSlot()
    {
        var ledger = Open(KvLayout.Shared, prompt: 1, generated: 1);
        RunPrompt(ledger, 1);
        ledger.FinishPrompt(0);

        var slots = Enumerable.Range(1, 3).Select(loop => ledger.Take(0, 1, loop)).ToArray();

        Assert.Single(slots.Distinct());
        Assert.Equal(2, ledger.UsedSlots);
        ledger.Audit();
    }

    [Fact]
    public void TryOpen_WorstCaseDoesNotFit_TakesNothing()
    {
        var ledger = new KvLedger(10, 2);
        Assert.True(ledger.TryOpen(0, new KvReservation(KvLayout.LastExited, 1, 1, Loops, Loops)));

        Assert.False(ledger.TryOpen(1, new KvReservation(KvLayout.LastExited, 1, 0, Loops, Loops)));
        Assert.Equal(8, ledger.CommittedSlots);
    }

    [Fact]
    public void TryOpen_EarlyExitsMadeRoom_Fits()
    {
        var ledger = new KvLedger(10, 2);
        ledger.TryOpen(0, new KvReservation(KvLayout.LastExited, 1, 1, Loops, Loops));
        RunPrompt(ledger, 1);
        ledger.Take(0, 1, 1);
        ledger.Exit(0, 1, 1);
        ledger.Confirm(0, 1, exitStep: 1);

        Assert.True(ledger.TryOpen(1, new KvReservation(KvLayout.LastExited, 1, 0, Loops, Loops)));
    }

    [Fact]
    public void Close_InTheMiddle_FreesEverything()
    {
        var ledger = Open(KvLayout.LastExited, prompt: 2, generated: 5);
        ledger.Take(0, 0, 1);
        ledger.Take(0, 1, 1);
        ledger.Take(0, 0, 2);

        ledger.Close(0);

        Assert.Equal((0, 0), (ledger.UsedSlots, ledger.CommittedSlots));
        ledger.Audit();
    }

    [Theory]
    [InlineData(KvLayout.LastExited, 10, 5, 4, 3, 55)]
    [InlineData(KvLayout.LastExited, 10, 5, 4, 8, 80)]
    [InlineData(KvLayout.Shared, 10, 5, 4, 8, 40)]
    [InlineData(KvLayout.Shared, 10, 50, 4, 4, 60)]
    public void WorstCase_Layouts_AreTheLargestTheyCanHold(
        KvLayout layout, int prompt, int generated, int modelLoops, int maxLoops, int slots) =>
        Assert.Equal(slots, KvLedger.WorstCase(new KvReservation(layout, prompt, generated, modelLoops, maxLoops)));

    [Theory]
    [InlineData(KvLayout.LastExited, false)]
    [InlineData(KvLayout.LastExited, true)]
    [InlineData(KvLayout.Shared, false)]
    [InlineData(KvLayout.Shared, true)]
    public void MostGenerated_AnySlots_IsTheLargestThatFits(KvLayout layout, bool observes)
    {
        for (var slots = 1; slots < 100; slots++)
        {
            var reservation = new KvReservation(layout, 5, 0, Loops, 3, observes);
            var most = KvLedger.MostGenerated(reservation, slots);

            Assert.True(KvLedger.WorstCase(reservation with { GeneratedPositions = most + 1 }) > slots);
            Assert.True(most < 0 || KvLedger.WorstCase(reservation with { GeneratedPositions = most }) <= slots);
        }
    }

    [Theory]
    [InlineData(KvLayout.LastExited)]
    [InlineData(KvLayout.Shared)]
    public void Observe_LoopAfterTheExit_HasASlotThatOnlyItSees(KvLayout layout)
    {
        var ledger = new KvLedger(100, 1);
        Assert.True(ledger.TryOpen(0, new KvReservation(layout, 1, 2, Loops, Loops, Observes: true)));
        RunPrompt(ledger, 1);
        ledger.FinishPrompt(0);
        ledger.Take(0, 1, 1);
        ledger.Exit(0, 1, 1);
        var (before, used) = (SlotsOf(ledger, 1), ledger.UsedSlots);

        var slot = ledger.Observe(0, 1, 2);

        Assert.DoesNotContain(slot, before);
        Assert.Equal([ledger.Slots(0, 2, 1).Span[0], slot], ledger.ObservedSlots(0, 2).ToArray());
        Assert.Equal(before, SlotsOf(ledger, 1));
        Assert.Equal(used + 1, ledger.UsedSlots);
        ledger.Audit();
        ledger.EndObservation(0);
        Assert.Equal(used, ledger.UsedSlots);
        ledger.Audit();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Audit_RandomOperations_HoldsAfterEveryOne(int seed)
    {
        var random = new Random(seed);
        var ledger = new KvLedger(200, 5);
        var walks = new IEnumerator<int>?[5];
        for (var round = 0; round < 4000; round++)
        {
            var number = random.Next(walks.Length);
            if (walks[number] is not { } walk)
            {
                var reservation = new KvReservation(
                    (KvLayout)random.Next(2), random.Next(1, 12), random.Next(12),
                    random.Next(1, 5), random.Next(1, 7), random.Next(2) == 0);
                walks[number] = ledger.TryOpen(number, reservation) ? Walk(ledger, number, reservation, random).GetEnumerator() : null;
            }
            else if (random.Next(50) == 0 || !walk.MoveNext())
            {
                ledger.Close(number);
                walks[number] = null;
            }

            ledger.Audit();
        }
    }

    /// <summary>The life of a sequence, one operation at a time.</summary>
    private static IEnumerable<int> Walk(KvLedger ledger, int number, KvReservation reservation, Random random)
    {
        for (var loop = 1; loop <= reservation.ModelLoops; loop++)
        {
            for (var position = 0; position < reservation.PromptLength; position++)
            {
                yield return ledger.Take(number, position, loop);
            }
        }

        for (var position = 0; position < reservation.PromptLength; position++)
        {
            ledger.Exit(number, position, reservation.ModelLoops);
            yield return 0;
        }

        ledger.FinishPrompt(number);
        var end = reservation.PromptLength + reservation.GeneratedPositions;
        for (var position = reservation.PromptLength; position < end;)
        {
            var ahead = reservation.Layout == KvLayout.Shared ? 1 : random.Next(1, Math.Min(4, end - position) + 1);
            var exitSteps = Enumerable.Range(0, ahead).Select(_ => random.Next(1, reservation.MaxLoops + 1)).ToArray();
            for (var draft = 0; draft < ahead; draft++)
            {
                for (var loop = 1; loop <= exitSteps[draft]; loop++)
                {
                    yield return ledger.Take(number, position + draft, loop);
                }

                ledger.Exit(number, position + draft, exitSteps[draft]);
                yield return 0;
            }

            var confirmed = random.Next(1, ahead + 1);
            for (var draft = 0; draft < confirmed; draft++)
            {
                ledger.Confirm(number, position + draft, exitSteps[draft]);
                yield return 0;
            }

            if (confirmed < ahead)
            {
                ledger.Drop(number, position + confirmed);
                yield return 0;
            }

            position += confirmed;
            for (var loop = exitSteps[confirmed - 1] + 1;
                reservation.Observes && loop <= Math.Max(reservation.ModelLoops, reservation.MaxLoops); loop++)
            {
                yield return ledger.Observe(number, position - 1, loop);
                ledger.EndObservation(number);
            }
        }
    }

    private static KvLedger Open(KvLayout layout, int prompt, int generated)
    {
        var ledger = new KvLedger(100, 1);
        Assert.True(ledger.TryOpen(0, new KvReservation(layout, prompt, generated, Loops, Loops)));
        return ledger;
    }

    private static void RunPrompt(KvLedger ledger, int positions)
    {
        for (var position = 0; position < positions; position++)
        {
            for (var loop = 1; loop <= Loops; loop++)
            {
                ledger.Take(0, position, loop);
            }

            ledger.Exit(0, position, Loops);
        }
    }

    private static int[] SlotsOf(KvLedger ledger, int position) =>
        [.. Enumerable.Range(1, Loops).Select(loop => ledger.Slots(0, loop, position + 1).Span[position])];
}
