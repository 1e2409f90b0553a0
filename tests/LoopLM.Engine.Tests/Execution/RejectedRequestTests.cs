using LoopLM.Engine.Configuration;
using LoopLM.Engine.Errors;
using LoopLM.Engine.Exits;
using LoopLM.Engine.Kv;
using LoopLM.Engine.Requests;
using LoopLM.Engine.Sampling;
using LoopLM.Testing;
using static LoopLM.Engine.Tests.TestRequests;

namespace LoopLM.Engine.Tests.Execution;

/// <summary>Requests that are refused, and that leave nothing behind.</summary>
public sealed class RejectedRequestTests
{
    public static TheoryData<string, string, GenerationRequest> Invalid => new()
    {
        { "empty prompt", "prompt", Greedy(0, 1) },
        { "token above the vocabulary", "prompt", Greedy(1, 1) with { Prompt = new[] { 64 } } },
        { "negative token", "prompt", Greedy(1, 1) with { Prompt = new[] { -1 } } },
        { "fewer tokens than none", "max_tokens", Greedy(1, -1) },
        { "skipped loops and no loops", "return_skipped_loop_logprobs",
            Greedy(1, 1) with { Reports = new() { SkippedLoopLogprobs = true } } },
        { "negative minimum", "min_tokens", Greedy(1, 1) with { MinTokens = -1 } },
        { "minimum above the maximum", "min_tokens", Greedy(1, 1) with { MinTokens = 2 } },
        { "unknown policy", "exit_policy", Greedy(1, 1, new ExitSettings { Policy = "gate" }) },
        { "negative threshold", "exit_threshold", Greedy(1, 1, QExit(-0.1f)) },
        { "threshold above one", "exit_threshold", Greedy(1, 1, QExit(1.1f)) },
        { "NaN threshold", "exit_threshold", Greedy(1, 1, QExit(float.NaN)) },
        { "no loops", "max_loops", Greedy(1, 1, QExit(1, maxLoops: 0)) },
        { "more loops than the limit", "max_loops", Greedy(1, 1, QExit(1, maxLoops: 9)) },
        { "min loops of zero", "min_loops", Greedy(1, 1, QExit(1, minLoops: 0)) },
        { "min loops above max loops", "min_loops", Greedy(1, 1, QExit(1, minLoops: 3, maxLoops: 2)) },
        { "trace missing", "exit_trace", Greedy(1, 1, new ExitSettings { Policy = "trace" }) },
        { "trace too short", "exit_trace", Greedy(1, 3, new ExitSettings { Policy = "trace", Trace = new[] { 4, 1 } }) },
        { "trace begins shallow", "exit_trace", Greedy(1, 2, new ExitSettings { Policy = "trace", Trace = new[] { 3, 1 } }) },
        { "trace deeper than max loops", "exit_trace", Greedy(1, 2, new ExitSettings { Policy = "trace", Trace = new[] { 4, 5 } }) },
        { "trace without its policy", "exit_trace", Greedy(1, 1, new ExitSettings { Trace = new[] { 4 } }) },
        { "temperature", "temperature", Greedy(1, 1) with { Sampling = new SamplingSettings { Temperature = 2.5f } } },
        { "top_p below zero", "top_p", Greedy(1, 1) with { Sampling = new SamplingSettings { TopP = -0.1f } } },
        { "top_k", "top_k", Greedy(1, 1) with { Sampling = new SamplingSettings { TopK = -2 } } },
        { "repetition_penalty of zero", "repetition_penalty",
            Greedy(1, 1) with { Sampling = new SamplingSettings { RepetitionPenalty = 0 } } },
        { "infinite repetition_penalty", "repetition_penalty",
            Greedy(1, 1) with { Sampling = new SamplingSettings { RepetitionPenalty = float.PositiveInfinity } } },
        { "presence_penalty", "presence_penalty", Greedy(1, 1) with { Sampling = new SamplingSettings { PresencePenalty = 2.1f } } },
        { "frequency_penalty", "frequency_penalty", Greedy(1, 1) with { Sampling = new SamplingSettings { FrequencyPenalty = -2.1f } } },
        { "bias of NaN", "logit_bias",
            Greedy(1, 1) with { Sampling = new SamplingSettings { LogitBias = new Dictionary<int, float> { [1] = float.NaN } } } },
        { "bias of an unknown token", "logit_bias",
            Greedy(1, 1) with { Sampling = new SamplingSettings { LogitBias = new Dictionary<int, float> { [64] = 1 } } } },
        { "nothing allowed", "allowed_token_ids", Greedy(1, 1) with { Sampling = new SamplingSettings { AllowedTokens = [] } } },
        { "unknown token allowed", "allowed_token_ids", Greedy(1, 1) with { Sampling = new SamplingSettings { AllowedTokens = [-1] } } },
        { "bad word without tokens", "bad_words", Greedy(1, 1) with { Sampling = new SamplingSettings { BadWords = [[]] } } },
        { "bad word of an unknown token", "bad_words", Greedy(1, 1) with { Sampling = new SamplingSettings { BadWords = [[1, 64]] } } },
        { "unknown stop token", "stop_token_ids", Greedy(1, 1) with { StopTokens = [64] } },
        { "negative logprobs", "logprobs", Greedy(1, 1) with { Reports = new() { Logprobs = -2 } } },
        { "prompt_logprobs beyond the vocabulary", "prompt_logprobs", Greedy(1, 1) with { Reports = new() { PromptLogprobs = 65 } } },
        { "negative loop logprobs", "return_loop_logprobs", Greedy(1, 1) with { Reports = new() { LoopLogprobs = -1 } } },
        { "min_p", "min_p", Greedy(1, 1) with { Sampling = new SamplingSettings { MinP = float.NaN } } },
    };

    [Theory]
    [MemberData(nameof(Invalid), DisableDiscoveryEnumeration = true)]
    public void TrySubmit_InvalidValue_NamesTheParameter(string what, string parameter, GenerationRequest request)
    {
        using var engine = new EngineHarness();

        var rejection = engine.Reject(request);

        Assert.True(rejection is { Reason: RejectionReason.InvalidValue } && rejection.Field?.Name == parameter, $"{what}: {rejection}");
    }

    [Fact]
    public void TrySubmit_BeyondTheContext_SaysSo()
    {
        using var engine = new EngineHarness();

        var rejection = engine.Reject(Greedy(4000, 97));

        Assert.Equal(RejectionReason.ContextExceeded, rejection.Reason);
        Assert.Contains("maximum context length is 4096 tokens", rejection.Message.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void TrySubmit_TheMostTokensThereCanBe_IsRefusedWithoutOverflow()
    {
        using var engine = new EngineHarness();

        Assert.Equal(RejectionReason.ContextExceeded, engine.Reject(Greedy(1, int.MaxValue)).Reason);
    }

    [Fact]
    public void TrySubmit_MillionTokensAllowed_AllocatesForNoneOfThem()
    {
        var model = new ScriptedModel { Description = new ScriptedModel().Description with { ContextLength = 1 << 24 } };
        using var engine = new EngineHarness(new EngineOptions { KvSlots = 1 << 20, KvLayout = KvLayout.Shared }, model);
        engine.Submit(Greedy(1, 1)).Cancel();
        var before = GC.GetAllocatedBytesForCurrentThread();

        engine.Submit(Greedy(1, 1_000_000)).Cancel();

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 20_000);
    }

    [Fact]
    public void TrySubmit_MoreThanAnEmptyEngineHolds_RejectsAndTheQueueGoesOn()
    {
        using var engine = new EngineHarness(new EngineOptions { KvSlots = 100 });
        var waiting = engine.Submit(Greedy(5, 5));

        var rejection = engine.Reject(Greedy(20, 7));
        engine.Drain();

        Assert.Equal(RejectionReason.KvExceeded, rejection.Reason);
        Assert.Equal(5, Outcome.Of(waiting).Tokens.Length);
    }

    [Fact]
    public void TrySubmit_SharedLayout_FitsWhereLastExitedDoesNot()
    {
        using var engine = new EngineHarness(new EngineOptions { KvSlots = 100 });

        engine.Reject(Greedy(10, 40));

        Assert.Equal(40, engine.Run(Greedy(10, 40) with { KvLayout = KvLayout.Shared }).Tokens.Length);
    }
}
