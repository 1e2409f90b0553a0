using LoopLM.Engine.Configuration;
using LoopLM.Engine.Kv;
using LoopLM.Engine.Requests;
using LoopLM.Engine.Sampling;
using LoopLM.Testing;
using static LoopLM.Engine.Tests.TestRequests;

namespace LoopLM.Engine.Tests.Execution;

/// <summary>Masks are worked out beside the engine; the tests hold them up and let them go.</summary>
public sealed class MaskTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    [Fact]
    public void Tick_MaskIsLate_OthersGoOnAsIfAlone()
    {
        using var engine = new EngineHarness();
        using var gate = new ManualResetEventSlim();
        var held = engine.Submit(Greedy(2, 3) with { Constraint = Gated(gate) });
        var other = engine.Submit(Greedy(2, 20));

        engine.Tick(4 * 20);

        Assert.Equal((20, 0), (Outcome.Of(other).Tokens.Length, held.Events.Count));
        gate.Set();
        engine.Drain();
        Assert.Equal(3, Outcome.Of(held).Tokens.Length);
    }

    [Fact]
    public void Tick_OnlyALateMaskIsLeft_HasNothingToRunAndIsNotIdle()
    {
        using var engine = new EngineHarness();
        using var gate = new ManualResetEventSlim();
        var held = engine.Submit(Greedy(2, 1) with { Constraint = Gated(gate) });
        engine.Tick(4);

        Assert.Equal((false, false), (engine.Core.Tick(), engine.Core.IsIdle));

        gate.Set();
        Assert.True(engine.Core.WaitForMask(s_patience));
        engine.Drain();
        Assert.Single(Outcome.Of(held).Tokens);
    }

    [Theory]
    [InlineData(KvLayout.LastExited, true, 0)]
    [InlineData(KvLayout.LastExited, true, 1)]
    [InlineData(KvLayout.LastExited, false, 2)]
    [InlineData(KvLayout.Shared, true, 1)]
    [InlineData(KvLayout.Shared, false, 0)]
    public void Tick_MasksComeAtAnyTime_EveryRequestGetsWhatItGetsAlone(KvLayout layout, bool refill, int draftLoop)
    {
        var random = new Random(7);
        var requests = Enumerable.Range(0, 16).Select(i => RandomRequest(random, i) with { KvLayout = layout }).ToArray();
        var alone = requests.Select(RunAlone).ToArray();
        using var engine = new EngineHarness(
            new EngineOptions { KvSlots = 900, MaxSequences = 6, MaxRows = 14, PrefillChunk = 3, Refill = refill, MaskThreads = 3 },
            drafts: new DraftAfter(draftLoop));
        using var masks = new SemaphoreSlim(0);

        var generations = Array.ConvertAll(requests, request => engine.Submit(
            request.Constraint is null
                ? request
                : request with
                {
                    Constraint = maxRewind => new HashedTokens(maxRewind) { BeforeMask = () => Assert.True(masks.Wait(s_patience)) },
                }));
        while (!engine.Core.IsIdle)
        {
            if (random.Next(3) == 0 || !engine.Core.Tick())
            {
                masks.Release();
                engine.Core.WaitForMask(TimeSpan.FromMilliseconds(random.Next(2)));
            }

            engine.Core.Audit();
        }

        foreach (var (expected, generation) in alone.Zip(generations))
        {
            var actual = Outcome.Of(generation);
            Assert.Equal(expected.Tokens, actual.Tokens);
            Assert.Equal(expected.ExitSteps, actual.ExitSteps);
            Assert.Equal(expected.Events.Select(Report), actual.Events.Select(Report));
        }
    }

    [Fact]
    public void Tick_CancelledWhileItsMaskIsLate_FreesWhatItHoldsAtOnce()
    {
        using var engine = new EngineHarness();
        using var gate = new ManualResetEventSlim();
        var held = engine.Submit(Greedy(2, 3) with { Constraint = Gated(gate) });
        engine.Tick(5);

        held.Cancel();
        engine.Tick();

        Assert.Equal(FinishReason.Cancelled, Outcome.Of(held).End.FinishReason);
        Assert.Equal((0, 0, true), (engine.Snapshot.UsedKvSlots, engine.Snapshot.RunningSequences, engine.Core.IsIdle));
        gate.Set();
    }

    [Fact]
    public void Tick_CancelledBeforeItsMaskIsBegun_LeavesNoMaskBehind()
    {
        using var engine = new EngineHarness();
        using var gate = new ManualResetEventSlim();
        Generation[] held = [.. Enumerable.Range(0, 3).Select(_ => engine.Submit(Greedy(2, 3) with { Constraint = Gated(gate) }))];
        engine.Tick(5);

        Array.ForEach(held, generation => generation.Cancel());
        engine.Tick();

        Assert.All(held, generation => Assert.Equal(FinishReason.Cancelled, Outcome.Of(generation).End.FinishReason));
        gate.Set();
    }

    [Fact]
    public void RunLoop_ThrowsWhileAMaskIsLate_TheHeldRowGoesOn()
    {
        using var engine = new EngineHarness();
        using var gate = new ManualResetEventSlim();
        var held = engine.Submit(Greedy(2, 3) with { Constraint = Gated(gate) });
        engine.Tick(4);
        var lost = engine.Submit(Greedy(2, 3));

        engine.Runner.BeforeLoop = _ => throw new InvalidOperationException("kernel");
        engine.Tick();
        engine.Runner.BeforeLoop = null;
        gate.Set();
        engine.Drain();

        Assert.Equal((GenerationEventKind.Failed, 3), (Outcome.Of(lost).End.Kind, Outcome.Of(held).Tokens.Length));
    }

    [Fact]
    public void Tick_MaskThrows_EndsItsOwnSequenceAlone()
    {
        using var engine = new EngineHarness();
        var throwing = new HashedTokens { BeforeMask = () => throw new InvalidOperationException("broken") };
        var broken = engine.Submit(Greedy(2, 3) with { Constraint = _ => throwing });
        var other = engine.Submit(Greedy(2, 3) with { Constraint = _ => new HashedTokens() });

        engine.Drain();

        Assert.Equal("The constraint failed.", Outcome.Of(broken).End.Error);
        Assert.Equal(3, Outcome.Of(other).Tokens.Length);
    }

    private static Func<int, HashedTokens> Gated(ManualResetEventSlim gate) =>
        maxRewind => new(maxRewind) { BeforeMask = () => Assert.True(gate.Wait(s_patience)) };

    private static string Report(GenerationEvent each) =>
        $"{each.Logprobs?.Logprob} {string.Join(' ', (each.LoopLogprobs ?? []).SelectMany(top => top))}";

    private static Outcome RunAlone(GenerationRequest request)
    {
        using var engine = new EngineHarness();
        return engine.Run(request with { Constraint = request.Constraint is null ? null : maxRewind => new HashedTokens(maxRewind) });
    }

    private static GenerationRequest RandomRequest(Random random, int index) =>
        Greedy(random.Next(1, 12), random.Next(1, 10), QExit(random.Next(5) * 0.25f), random.Next(64)) with
        {
            Constraint = index % 4 == 0 ? null : maxRewind => new HashedTokens(maxRewind),
            Reports = new()
            {
                Logprobs = random.Next(2) == 0 ? 1 : null,
                PromptLogprobs = random.Next(4) == 0 ? 1 : null,
                LoopLogprobs = index % 3,
                SkippedLoopLogprobs = index % 3 > 0 && random.Next(2) == 0,
            },
            Sampling = new SamplingSettings { Temperature = random.Next(2), Seed = random.Next(), FrequencyPenalty = random.Next(2) },
        };
}
