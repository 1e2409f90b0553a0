using LoopLM.Engine.Configuration;
using LoopLM.Engine.Kv;
using LoopLM.Engine.Requests;

namespace LoopLM.Engine.Tests.Execution;

public sealed class PrefixTests
{
    private static readonly EngineOptions s_roomy = new() { KvSlots = 4096, MaxSequences = 8, MaxRows = 64, PrefillChunk = 16 };

    /// <summary>Ten tokens of prompt; the third token of the text leaves after one loop.</summary>
    private static readonly GenerationRequest s_leftEarly =
        TestRequests.Greedy(10, 6) with { Exit = new() { Policy = "trace", Trace = new[] { 4, 4, 1, 4, 4, 4 } } };

    [Fact]
    public void Run_SamePromptAgain_ComputesItsLastTokenAlone()
    {
        using var engine = new EngineHarness(s_roomy);
        var first = engine.Run(TestRequests.Greedy(20, 3));
        var rows = PromptRows(engine);

        var second = engine.Run(TestRequests.Greedy(20, 3));

        Assert.Equal((first.Tokens, 0, 19, rows + 4),
            (second.Tokens, first.End.CachedPromptTokens, second.End.CachedPromptTokens, PromptRows(engine)), Same);
    }

    [Fact]
    public void Run_ConversationGoesOn_ReusesWhatWasGeneratedAtFullDepth()
    {
        using var engine = new EngineHarness(s_roomy);
        var first = engine.Run(TestRequests.Greedy(10, 6, TestRequests.QExit(1)));
        int[] prompt = [.. TestRequests.Greedy(10, 1).Prompt.Span, .. first.Tokens, 5];

        var second = engine.Run(new GenerationRequest { Prompt = prompt, MaxTokens = 1 });

        // Nothing followed the last token, so its position never ran.
        Assert.Equal(15, second.End.CachedPromptTokens);
    }

    [Fact]
    public void Run_TokensLeftEarly_ReusesNothingFromThemOn()
    {
        using var engine = new EngineHarness(s_roomy);
        var first = engine.Run(s_leftEarly);

        var second = engine.Run(GoOn(s_leftEarly, first));

        Assert.Equal(11, second.End.CachedPromptTokens);
    }

    [Fact]
    public void Run_AsGeneratedAndTokensLeftEarly_ReusesTheWholeText()
    {
        using var engine = new EngineHarness(s_roomy);
        var first = engine.Run(s_leftEarly with { PrefixReuse = PrefixReuse.AsGenerated });

        var second = engine.Run(GoOn(s_leftEarly, first) with { PrefixReuse = PrefixReuse.AsGenerated });

        Assert.Equal((15, 4), (second.End.CachedPromptTokens, second.End.AsGeneratedPromptTokens));
    }

    [Fact]
    public void Run_AsGeneratedInSeveralTurns_EachReusesAllBeforeIt()
    {
        using var engine = new EngineHarness(s_roomy);
        var request = s_leftEarly with { PrefixReuse = PrefixReuse.AsGenerated };
        for (var turn = 0; turn < 4; turn++)
        {
            var outcome = engine.Run(request);

            // All but the last token of the turn before, and the token that goes on.
            Assert.Equal(turn == 0 ? 0 : request.Prompt.Length - 2, outcome.End.CachedPromptTokens);
            request = GoOn(request, outcome) with { MaxTokens = 6 };
        }
    }

    [Theory]
    [InlineData(PrefixReuse.Exact, PrefixReuse.AsGenerated)]
    [InlineData(PrefixReuse.AsGenerated, PrefixReuse.Exact)]
    public void Run_ExactBesideAsGenerated_ReusesWhatIsExactAlone(PrefixReuse first, PrefixReuse second)
    {
        using var engine = new EngineHarness(s_roomy);
        using var fresh = new EngineHarness(s_roomy);
        var text = engine.Run(s_leftEarly with { PrefixReuse = first });

        var next = GoOn(s_leftEarly, text) with { MaxTokens = 5, Exit = TestRequests.QExit(0.5f) };
        var outcome = engine.Run(next with { PrefixReuse = second });

        Assert.Equal((11, 0), (outcome.End.CachedPromptTokens, outcome.End.AsGeneratedPromptTokens));
        Assert.Equal(fresh.Run(next).Tokens, outcome.Tokens);
    }

    [Fact]
    public void Run_AsGeneratedSlotsAreShort_GivesThemUpWhole()
    {
        // Room for the text and one prompt of ten tokens beside it.
        using var engine = new EngineHarness(s_roomy with { KvSlots = 84 });
        var first = engine.Run(s_leftEarly with { PrefixReuse = PrefixReuse.AsGenerated });
        engine.Run(Prompt(1));
        engine.Run(Prompt(2));

        Assert.Equal(0, engine.Run(GoOn(s_leftEarly, first) with { PrefixReuse = PrefixReuse.AsGenerated }).End.CachedPromptTokens);
    }

    [Fact]
    public void Run_OtherClientOrSalt_ReusesNothing()
    {
        using var engine = new EngineHarness(s_roomy);
        var request = TestRequests.Greedy(20, 1);
        engine.Submit(new RequestClient("alice"), request);
        engine.Submit(new RequestClient("alice"), request with { CacheSalt = "a" });
        engine.Drain();

        var other = engine.Submit(new RequestClient("bob"), request);
        var salted = engine.Submit(new RequestClient("alice"), request with { CacheSalt = "b" });
        var same = engine.Submit(new RequestClient("alice"), request with { CacheSalt = "a" });
        engine.Drain();

        Assert.Equal([0, 0, 19], new[] { other, salted, same }.Select(each => Outcome.Of(each[0]).End.CachedPromptTokens));
    }

    [Fact]
    public void Run_PromptLogprobsOrSharedLayout_ComputeTheirWholePrompt()
    {
        using var engine = new EngineHarness(s_roomy);
        var request = TestRequests.Greedy(20, 1);
        engine.Run(request);

        var scored = engine.Run(request with { Reports = new() { PromptLogprobs = 0 } });
        var shared = engine.Run(request with { KvLayout = KvLayout.Shared });

        Assert.Equal((0, 0), (scored.End.CachedPromptTokens, shared.End.CachedPromptTokens));
    }

    [Fact]
    public void Run_PrefixCacheIsOff_ReusesNothing()
    {
        using var engine = new EngineHarness(s_roomy with { PrefixCache = PrefixCacheMode.Off });
        engine.Run(TestRequests.Greedy(20, 1));

        var second = engine.Run(TestRequests.Greedy(20, 1));

        Assert.Equal((0, 0), (second.End.CachedPromptTokens, engine.Snapshot.CachedKvSlots));
    }

    [Fact]
    public void Run_SlotsAreShort_GivesUpWhatWasUsedLeastRecently()
    {
        // Room for two prompts of ten tokens at four loops, and for one generated position.
        using var engine = new EngineHarness(s_roomy with { KvSlots = 84 });
        var (old, recent) = (Prompt(1), Prompt(2));
        engine.Run(old);
        engine.Run(recent);
        engine.Run(old);

        engine.Run(Prompt(3));

        Assert.Equal((9, 0), (engine.Run(old).End.CachedPromptTokens, engine.Run(recent).End.CachedPromptTokens));
    }

    [Fact]
    public void Submit_CacheFillsThePool_AdmitsAsIfItWereEmpty()
    {
        using var engine = new EngineHarness(s_roomy with { KvSlots = 80 });
        engine.Run(Prompt(1));
        engine.Run(Prompt(2));
        var cached = engine.Snapshot.CachedKvSlots;

        var outcome = engine.Run(new GenerationRequest { Prompt = Enumerable.Repeat(3, 20).ToArray(), MaxTokens = 1 });

        Assert.Equal((80, FinishReason.Length), (cached, outcome.End.FinishReason));
    }

    [Fact]
    public void Tick_ChoicesOfOnePrompt_ReadItOnce()
    {
        using var engine = new EngineHarness(s_roomy);
        var request = TestRequests.Greedy(50, 2);

        var choices = engine.Submit(RequestClient.Local, [.. Enumerable.Repeat(request, 8)]);
        engine.Drain();

        // Fifty positions of the first, and the last position of each of the seven others, at four loops.
        Assert.Equal((50 + 7) * 4, PromptRows(engine));
        Assert.Equal([0, .. Enumerable.Repeat(49, 7)], choices.Select(choice => Outcome.Of(choice).End.CachedPromptTokens));
    }

    [Fact]
    public void Tick_LeaderIsCancelled_TheOthersReadThePromptThemselves()
    {
        using var engine = new EngineHarness(s_roomy);
        var choices = engine.Submit(RequestClient.Local, [.. Enumerable.Repeat(TestRequests.Greedy(50, 2), 3)]);
        engine.Tick();

        choices[0].Cancel();
        engine.Drain();

        Assert.Equal([0, 49], choices[1..].Select(choice => Outcome.Of(choice).End.CachedPromptTokens));
    }

    /// <summary>A request whose prompt is another one with its text, and a token more.</summary>
    private static GenerationRequest GoOn(GenerationRequest request, Outcome outcome) =>
        request with { Prompt = (int[])[.. request.Prompt.Span, .. outcome.Tokens, 5], MaxTokens = 1, Exit = TestRequests.QExit(0.5f) };

    private static GenerationRequest Prompt(int token) =>
        new() { Prompt = Enumerable.Range(0, 10).Select(i => token + (i * 5)).ToArray(), MaxTokens = 1 };

    private static int PromptRows(EngineHarness engine) => (int)engine.Snapshot.PrefillRows.ToArray().Sum();

    private static bool Same((int[] Tokens, int First, int Second, int Rows) one, (int[] Tokens, int First, int Second, int Rows) other) =>
        one.Tokens.SequenceEqual(other.Tokens) && (one.First, one.Second, one.Rows) == (other.First, other.Second, other.Rows);
}
