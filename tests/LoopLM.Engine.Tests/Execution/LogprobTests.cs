using LoopLM.Engine.Configuration;
using LoopLM.Engine.Errors;
using LoopLM.Engine.Exits;
using LoopLM.Engine.Kv;
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

        var tokens = Tokens(engine.Run(Greedy(3, 4) with { Reports = new() { Logprobs = 2 } }));

        Assert.Equal(4, tokens.Length);
        Assert.All(tokens, token =>
            Assert.Equal((1, 2, token.Token), (token.Logprobs!.Rank, token.Logprobs.Top.Count, token.Logprobs.Top[0].Token)));
        Assert.All(tokens, token => Assert.Equal(token.Logprobs!.Logprob, token.Logprobs.Top[0].Logprob));
    }

    [Fact]
    public void Tick_Logprobs_AreThoseOfTheRawLogits()
    {
        using var engine = new EngineHarness();
        var asked = Greedy(3, 1) with { Reports = new() { Logprobs = 1 } };

        var plain = Tokens(engine.Run(asked))[0];
        var biased = Tokens(
            engine.Run(
                asked with
                {
                    Sampling = new SamplingSettings { Temperature = 2, LogitBias = new Dictionary<int, float> { [9] = 100 } },
                }))[0];

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
        using var engine = new EngineHarness(
            new EngineOptions { KvSlots = 4096, MaxSequences = 4, MaxRows = maxRows, PrefillChunk = prefillChunk });
        var request = Greedy(5, 80) with { Reports = new() { Logprobs = 3 } };
        var decoded = engine.Run(request);
        int[] whole = [.. request.Prompt.Span, .. decoded.Tokens];

        var events = Events(engine, request with { Prompt = whole, MaxTokens = 0, Reports = new() { Logprobs = 3, PromptLogprobs = 3 } });

        Assert.Equal(whole[1..], events[..^1].Select(each => each.Token));
        Assert.All(events[..^1], each => Assert.Equal(GenerationEventKind.PromptToken, each.Kind));
        Assert.Equal(Tokens(decoded).Select(Scores), events[4..^1].Select(Scores));
        Assert.Equal(FinishReason.Length, events[^1].FinishReason);
    }

    [Fact]
    public void Tick_PromptLogprobsOfOneToken_HasNothingToScore()
    {
        using var engine = new EngineHarness();

        Assert.Single(Events(engine, Greedy(1, 0) with { Reports = new() { PromptLogprobs = 0 } }));
    }

    [Fact]
    public void Tick_LoopLogprobs_ReportEveryLoopThatRanAndNoOther()
    {
        using var engine = new EngineHarness(model: new ScriptedModel { GateLogit = (_, _, _) => 0 });

        var tokens = Tokens(engine.Run(Greedy(6, 4, QExit(0.6f)) with { Reports = new() { LoopLogprobs = 2 } }));

        Assert.Equal([4, 2, 2, 2], tokens.Select(token => token.LoopLogprobs!.Count));
        Assert.Equal(4 + 2 + 2 + 2, engine.Runner.HeadRows);
        Assert.All(tokens, token => Assert.Equal(token.Token, token.LoopLogprobs![^1][0].Token));
    }

    [Fact]
    public void Tick_LoopLogprobs_AreWhatALeaveAtThatLoopWouldHaveSaid()
    {
        using var engine = new EngineHarness();
        static ExitSettings Fixed(int loops) => new() { Policy = "fixed", MaxLoops = loops };

        var deep = Tokens(engine.Run(Greedy(4, 2, Fixed(4)) with { Reports = new() { LoopLogprobs = 3 } }))[1];
        var shallow = Tokens(engine.Run(Greedy(4, 2, Fixed(2)) with { Reports = new() { Logprobs = 3 } }))[1];

        Assert.Equal(shallow.Logprobs!.Top, deep.LoopLogprobs![1]);
    }

    [Fact]
    public void Tick_NaNInAReportedLoop_FailsThatRequestAlone()
    {
        using var engine = new EngineHarness();
        engine.Runner.BreaksLogits = row => row is { Position: 4, Loop: 2 };
        var broken = engine.Submit(Greedy(2, 8) with { Reports = new() { LoopLogprobs = 1 } });
        var sound = engine.Submit(Greedy(2, 8));

        engine.Drain();

        Assert.Equal((GenerationEventKind.Failed, GenerationEventKind.Finished), (Outcome.Of(broken).End.Kind, Outcome.Of(sound).End.Kind));
    }

    [Fact]
    public void Tick_ReportsAskedFor_ChangeNoTokenAndNoExitStep()
    {
        using var engine = new EngineHarness();
        var plain = Greedy(7, 12, QExit(0.5f)) with { Sampling = new SamplingSettings { Temperature = 1, Seed = 3 } };

        var reported = engine.Run(plain with { Reports = new() { Logprobs = 2, LoopLogprobs = 2 } });

        var expected = engine.Run(plain);
        Assert.Equal(expected.Tokens, reported.Tokens);
        Assert.Equal(expected.ExitSteps, reported.ExitSteps);
    }

    [Theory]
    [InlineData(KvLayout.LastExited, 4)]
    [InlineData(KvLayout.Shared, 4)]
    [InlineData(KvLayout.LastExited, 6)]
    [InlineData(KvLayout.Shared, 6)]
    public void Tick_SkippedLoopLogprobs_AreWhatTheTokenWouldHaveSaidHadItGoneOn(KvLayout layout, int maxLoops)
    {
        using var engine = new EngineHarness();
        int[] trace = [4, 1, 3, 2, 1, 4, 2];
        ExitSettings Exit(int[] steps) => new() { Policy = "trace", Trace = steps, MaxLoops = maxLoops };
        GenerationRequest Traced(int[] steps) =>
            Greedy(5, steps.Length, Exit(steps)) with { KvLayout = layout, Reports = new() { LoopLogprobs = 3, Logprobs = 2 } };

        var observed = Tokens(engine.Run(Traced(trace) with { Reports = Traced(trace).Reports with { SkippedLoopLogprobs = true } }));

        var plain = Tokens(engine.Run(Traced(trace)));
        Assert.Equal(plain.Select(Scores), observed.Select(Scores));
        Assert.Equal(plain.Select(token => (token.Token, token.ExitStep)), observed.Select(token => (token.Token, token.ExitStep)));
        Assert.Equal(4, observed[0].LoopLogprobs!.Count);
        for (var i = 1; i < trace.Length; i++)
        {
            int[] deeper = [.. trace[..i], maxLoops, .. trace[(i + 1)..]];
            Assert.Equal(Tokens(engine.Run(Traced(deeper)))[i].LoopLogprobs, observed[i].LoopLogprobs);
        }
    }

    [Fact]
    public void Tick_SkippedLoopLogprobsOfManyAtOnce_ChangeNobodysTokens()
    {
        using var engine = new EngineHarness();
        static SamplingSettings Seeded(int seed) => new() { Temperature = 1, Seed = seed };
        var requests = Enumerable.Range(0, 12)
            .Select(
                i => Greedy(
                    2 + i, 10, QExit(0.5f, maxLoops: 2 + (i % 4)), salt: i) with
                { KvLayout = (KvLayout)(i % 2), Sampling = Seeded(i) })
            .ToList();
        var expected = requests.ConvertAll(request => engine.Run(request));

        var generations = requests.Select(
            (request, i) => engine.Submit(
                i % 3 == 0 ? request : request with { Reports = new() { LoopLogprobs = 1, SkippedLoopLogprobs = true } })).ToList();
        engine.Drain();

        var outcomes = generations.ConvertAll(Outcome.Of);
        Assert.Equal(expected.Select(each => each.Tokens), outcomes.Select(each => each.Tokens));
        Assert.Equal(expected.Select(each => each.ExitSteps), outcomes.Select(each => each.ExitSteps));
    }

    [Theory]
    [InlineData(KvLayout.LastExited, (3 * 4) + (4 * 2) + 1)]
    [InlineData(KvLayout.Shared, (3 * 4) + 1)]
    public void Tick_SkippedLoopLogprobs_TakeOneSlotMore(KvLayout layout, int slots)
    {
        using var engine = new EngineHarness(new EngineOptions { KvSlots = slots, MaxSequences = 1, MaxRows = 8, PrefillChunk = 4 });
        var request = Greedy(
            3, 5, QExit(0, maxLoops: 2)) with
        { KvLayout = layout, Reports = new() { LoopLogprobs = 1, SkippedLoopLogprobs = true } };

        Assert.Equal([4, 4, 4, 4, 4], Tokens(engine.Run(request)).Select(token => token.LoopLogprobs!.Count));
        Assert.Equal(RejectionReason.KvExceeded, engine.Reject(request with { Prompt = new int[4] }).Reason);
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
