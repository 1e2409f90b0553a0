using LoopLM.Engine.Configuration;
using LoopLM.Engine.Errors;
using LoopLM.Engine.Requests;
using LoopLM.Engine.Sampling;
using LoopLM.Engine.Tests.Sampling;
using LoopLM.Testing;
using static LoopLM.Engine.Tests.TestRequests;

namespace LoopLM.Engine.Tests.Execution;

/// <summary>What requests may say about the tokens that are chosen.</summary>
public sealed class ChoiceTests
{
    [Fact]
    public void Tick_AllowedTokens_GeneratesNoOther()
    {
        using var engine = new EngineHarness();

        var outcome = engine.Run(
            Sampled(2, 40) with { Sampling = new SamplingSettings { Temperature = 2, Seed = 1, AllowedTokens = [5, 9] } });

        Assert.Equal([5, 9], outcome.Tokens.Distinct().Order());
    }

    [Fact]
    public void Tick_BadWord_IsNeverGenerated()
    {
        using var engine = new EngineHarness(model: Constant(7));
        var request = Greedy(1, 6) with { Sampling = new SamplingSettings { BadWords = [[7, 7]] } };

        var outcome = engine.Run(request);

        Assert.Equal(7, outcome.Tokens[0]);
        Assert.NotEqual(7, outcome.Tokens[1]);
        Assert.DoesNotContain(outcome.Tokens.Zip(outcome.Tokens.Skip(1)), pair => pair == (7, 7));
    }

    [Fact]
    public void Tick_MinTokens_StopsNoEarlier()
    {
        using var engine = new EngineHarness(model: Constant(7));

        var outcome = engine.Run(Greedy(1, 9) with { StopTokens = [7], MinTokens = 4 });

        Assert.Equal((5, 7, FinishReason.Stop), (outcome.Tokens.Length, outcome.Tokens[^1], outcome.End.FinishReason));
    }

    [Fact]
    public void Tick_RepetitionPenalty_TurnsToAnotherToken()
    {
        using var engine = new EngineHarness(model: Constant(7));

        var outcome = engine.Run(Greedy(1, 2) with { Sampling = new SamplingSettings { RepetitionPenalty = 1000 } });

        Assert.Equal(7, outcome.Tokens[0]);
        Assert.NotEqual(7, outcome.Tokens[1]);
    }

    [Fact]
    public void Tick_Constraint_SpellsWhatItAllows()
    {
        using var engine = new EngineHarness();

        Assert.Equal([3, 1, 4, 1], engine.Run(Greedy(2, 4) with { Constraint = _ => new Spelling(3, 1, 4, 1) }).Tokens);
    }

    [Fact]
    public void Tick_ConstraintForbidsEverything_FailsForTheRequestsFault()
    {
        using var engine = new EngineHarness();

        var outcome = engine.Run(Greedy(2, 4) with { Constraint = _ => new Spelling(3, 1) });

        Assert.Equal([3, 1], outcome.Tokens);
        Assert.True(outcome.End is { Kind: GenerationEventKind.Failed, IsRequestsFault: true });
    }

    [Fact]
    public void Tick_ConstraintGivesUp_FailsWithItsReasonForTheRequestsFault()
    {
        using var engine = new EngineHarness();

        var outcome = engine.Run(Greedy(2, 4) with { Constraint = _ => new Exhausted() });

        Assert.Empty(outcome.Tokens);
        Assert.True(outcome.End is { Kind: GenerationEventKind.Failed, Error: "too much", IsRequestsFault: true });
    }

    [Fact]
    public void Tick_ConstraintThrows_FailsThatRequestAlone()
    {
        using var engine = new EngineHarness();
        var broken = engine.Submit(Greedy(2, 4) with { Constraint = _ => new Throwing() });
        var sound = engine.Submit(Greedy(2, 4));

        engine.Drain();

        Assert.True(Outcome.Of(broken).End is { Kind: GenerationEventKind.Failed, IsRequestsFault: false });
        Assert.Equal(GenerationEventKind.Finished, Outcome.Of(sound).End.Kind);
    }

    [Fact]
    public void Tick_NaNLogitsUnderABias_FailForTheModelsFault()
    {
        using var engine = new EngineHarness();
        engine.Runner.BreaksLogits = _ => true;

        var outcome = engine.Run(Greedy(2, 4) with { Sampling = new SamplingSettings { AllowedTokens = [1] } });

        Assert.True(outcome.End is { Kind: GenerationEventKind.Failed, IsRequestsFault: false });
    }

    [Fact]
    public void Tick_NeutralSettings_ChooseAsWithoutThem()
    {
        using var engine = new EngineHarness();
        var plain = Sampled(3, 20);

        var processed = engine.Run(plain with { Sampling = plain.Sampling with { LogitBias = new Dictionary<int, float> { [3] = 0 } } });

        Assert.Equal(engine.Run(plain).Tokens, processed.Tokens);
    }

    [Fact]
    public void TryAccept_SeveralRequestsForFewerPlaces_TakesNone()
    {
        using var engine = new EngineHarness(new EngineOptions { KvSlots = 512, MaxQueuedRequests = 3 });
        engine.Submit(Greedy(1, 1));
        engine.Submit(Greedy(1, 1));

        Assert.False(engine.Core.TryAccept([Greedy(1, 1), Greedy(1, 1)], RequestClient.Local, out _, out var rejection));
        Assert.Equal((RejectionReason.QueueFull, 2), (rejection.Reason, engine.Snapshot.QueuedRequests));
    }

    [Fact]
    public void TryAccept_OneOfSeveralIsInvalid_TakesNone()
    {
        using var engine = new EngineHarness();

        Assert.False(engine.Core.TryAccept([Greedy(1, 1), Greedy(1, -1)], RequestClient.Local, out _, out var rejection));
        Assert.Equal(("max_tokens", 0), (rejection.Field?.Name, engine.Snapshot.QueuedRequests));
    }

    [Fact]
    public void Derive_SeveralGenerations_HaveSeedsOfTheirOwn()
    {
        Assert.Equal(42, CounterRandom.Derive(42, 0));
        Assert.Equal(64, Enumerable.Range(0, 64).Select(index => CounterRandom.Derive(42, index)).Distinct().Count());
    }

    private static GenerationRequest Sampled(int promptLength, int maxTokens) =>
        Greedy(promptLength, maxTokens) with { Sampling = new SamplingSettings { Temperature = 1, Seed = 5 } };

    private static ScriptedModel Constant(int token) => new() { Favourite = (_, _) => token };

    private sealed class Exhausted : ITokenConstraint
    {
        public void Accept(int token) => throw new InvalidOperationException("nothing is chosen");

        public void Rewind(int count) => throw new InvalidOperationException("nothing is chosen");

        public string? Prepare() => "too much";

        public void Mask(Span<float> logits) => throw new InvalidOperationException("nobody requests the mask of what gave up");
    }

    private sealed class Throwing : ITokenConstraint
    {
        public void Accept(int token)
        {
        }

        public void Rewind(int count)
        {
        }

        public string? Prepare() => throw new InvalidOperationException("broken");

        public void Mask(Span<float> logits)
        {
        }
    }
}
