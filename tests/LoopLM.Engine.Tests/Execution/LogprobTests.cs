using LoopLM.Engine.Depth;
using LoopLM.Engine.Execution;
using LoopLM.Engine.Requests;
using LoopLM.Engine.Sampling;
using LoopLM.Testing;
using static LoopLM.Engine.Tests.TestRequests;

namespace LoopLM.Engine.Tests.Execution;

/// <summary>Log-probabilities of generated tokens, of the prompt, and of every loop.</summary>
public sealed class LogprobTests
{
    [Fact]
    public void Tick_NothingAsked_RunsTheHeadOnceATokenAndReportsNothing()
    {
        using var engine = new EngineHarness();

        var outcome = engine.Run(Greedy(9, 5));

        Assert.Equal(5, engine.Runner.HeadRows);
        Assert.All(outcome.Events, each => Assert.True(each is { Logprobs: null, LoopLogprobs: null }));
    }

    [Fact]
    public void Tick_LogprobsOfGreedyTokens_RankFirstAndStandOnTop()
    {
        using var engine = new EngineHarness();

        var tokens = Tokens(engine.Run(Greedy(3, 4) with { Logprobs = 2 }));

        Assert.Equal(4, tokens.Length);
        Assert.All(tokens, token => Assert.Equal((1, 2, token.Token), (token.Logprobs!.Rank, token.Logprobs.Top.Count, token.Logprobs.Top[0].Token)));
        Assert.All(tokens, token => Assert.Equal(token.Logprobs!.Logprob, token.Logprobs.Top[0].Logprob));
    }

    [Fact]
    public void Tick_Logprobs_AreThoseOfTheRawLogits()
    {
        using var engine = new EngineHarness();
        var asked = Greedy(3, 1) with { Logprobs = 1 };

        var plain = Tokens(engine.Run(asked))[0];
        var biased = Tokens(engine.Run(asked with { Sampling = new SamplingSettings { Temperature = 2, LogitBias = new Dictionary<int, float> { [9] = 100 } } }))[0];

        Assert.Equal(9, biased.Token);
        Assert.Equal(plain.Logprobs!.Top, biased.Logprobs!.Top);
        Assert.True(biased.Logprobs.Logprob < plain.Logprobs.Logprob && biased.Logprobs.Rank > 1);
    }

    [Theory]
    [InlineData(1, 32)]
    [InlineData(3, 32)]
    [InlineData(100, 128)]
    public void Tick_PromptLogprobs_ScoreTheTokensThatAGreedyDecodeGives(int prefillChunk, int maxRows)
    {
        using var engine = new EngineHarness(new EngineOptions { KvSlots = 4096, MaxSequences = 4, MaxRows = maxRows, PrefillChunk = prefillChunk });
        var request = Greedy(5, 80) with { Logprobs = 3 };
        var decoded = engine.Run(request);
        int[] whole = [.. request.Prompt.Span, .. decoded.Tokens];

        var events = Events(engine, request with { Prompt = whole, MaxTokens = 0, PromptLogprobs = 3 });

        Assert.Equal(whole[1..], events[..^1].Select(each => each.Token));
        Assert.All(events[..^1], each => Assert.Equal(GenerationEventKind.PromptToken, each.Kind));
        Assert.Equal(Tokens(decoded).Select(Scores), events[4..^1].Select(Scores));
        Assert.Equal(FinishReason.Length, events[^1].FinishReason);
    }

    [Fact]
    public void Tick_PromptLogprobsOfOneToken_HasNothingToScore()
    {
        using var engine = new EngineHarness();

        Assert.Single(Events(engine, Greedy(1, 0) with { PromptLogprobs = 0 }));
    }

    [Fact]
    public void Tick_LoopLogprobs_ReportEveryLoopThatRanAndNoOther()
    {
        using var engine = new EngineHarness(model: new ScriptedModel { GateLogit = (_, _, _) => 0 });

        var tokens = Tokens(engine.Run(Greedy(6, 4, QExit(0.6f)) with { LoopLogprobs = 2 }));

        Assert.Equal([4, 2, 2, 2], tokens.Select(token => token.LoopLogprobs!.Count));
        Assert.Equal(4 + 2 + 2 + 2, engine.Runner.HeadRows);
        Assert.All(tokens, token => Assert.Equal(token.Token, token.LoopLogprobs![^1][0].Token));
    }

    [Fact]
    public void Tick_LoopLogprobs_AreWhatALeaveAtThatLoopWouldHaveSaid()
    {
        using var engine = new EngineHarness();
        static ExitSettings Fixed(int loops) => new() { Policy = "fixed", MaxLoops = loops };

        var deep = Tokens(engine.Run(Greedy(4, 2, Fixed(4)) with { LoopLogprobs = 3 }))[1];
        var shallow = Tokens(engine.Run(Greedy(4, 2, Fixed(2)) with { Logprobs = 3 }))[1];

        Assert.Equal(shallow.Logprobs!.Top, deep.LoopLogprobs![1]);
    }

    [Fact]
    public void Tick_NaNInAReportedLoop_FailsThatRequestAlone()
    {
        using var engine = new EngineHarness();
        engine.Runner.BreaksLogits = row => row is { Position: 4, Loop: 2 };
        var broken = engine.Submit(Greedy(2, 8) with { LoopLogprobs = 1 });
        var sound = engine.Submit(Greedy(2, 8));

        engine.Drain();

        Assert.Equal((GenerationEventKind.Failed, GenerationEventKind.Finished), (Outcome.Of(broken).End.Kind, Outcome.Of(sound).End.Kind));
    }

    [Fact]
    public void Tick_ReportsAskedFor_ChangeNoTokenAndNoExitStep()
    {
        using var engine = new EngineHarness();
        var plain = Greedy(7, 12, QExit(0.5f)) with { Sampling = new SamplingSettings { Temperature = 1, Seed = 3 } };

        var reported = engine.Run(plain with { Logprobs = 2, LoopLogprobs = 2 });

        var expected = engine.Run(plain);
        Assert.Equal(expected.Tokens, reported.Tokens);
        Assert.Equal(expected.ExitSteps, reported.ExitSteps);
    }

    private static GenerationEvent[] Tokens(Outcome outcome) => outcome.Events[..^1];

    private static (float Logprob, int Rank, string Top) Scores(GenerationEvent each) =>
        (each.Logprobs!.Logprob, each.Logprobs.Rank, string.Join(' ', each.Logprobs.Top));

    /// <summary>All events of a generation, those of the prompt among them.</summary>
    private static List<GenerationEvent> Events(EngineHarness engine, GenerationRequest request)
    {
        var generation = engine.Submit(request);
        engine.Drain();
        var events = new List<GenerationEvent>();
        while (generation.Events.TryRead(out var next))
        {
            events.Add(next);
        }

        return events;
    }
}
