using LoopLM.Engine.Exits;
using LoopLM.Engine.Sampling;

namespace LoopLM.Engine.Requests;

/// <summary>
/// Something that happened to a generation. Every generation ends in exactly one
/// <see cref="GenerationEventKind.Finished"/> or <see cref="GenerationEventKind.Failed"/>.
/// </summary>
public readonly record struct GenerationEvent
{
    private GenerationEvent(GenerationEventKind kind) => Kind = kind;

    /// <summary>Says which of the other members count.</summary>
    public GenerationEventKind Kind { get; }

    /// <summary>Prompt token or token: its id.</summary>
    public int Token { get; private init; }

    /// <summary>Token: the loop it left at, from 1.</summary>
    public int ExitStep { get; private init; }

    /// <summary>
    /// Token: the gate probability of every loop it ran, where the request wants them; without that those
    /// that the policy read, none for the first token.
    /// </summary>
    public GateProbabilities Gates { get; private init; }

    /// <summary>
    /// Prompt token or token: its log-probability and the most probable tokens, where the request wants them; null elsewhere.
    /// </summary>
    public PositionLogprobs? Logprobs { get; private init; }

    /// <summary>
    /// Token: the most probable tokens after every loop it ran, loop 1 first, and where the request wants it
    /// after those it skipped; null where nobody asks.
    /// </summary>
    public IReadOnlyList<TokenLogprob[]>? LoopLogprobs { get; private init; }

    /// <summary>
    /// Token: whether an early loop of the position before had drafted it, so that its own loops began before it was chosen.
    /// </summary>
    public bool IsDrafted { get; private init; }

    /// <summary>Token, finished or failed: the drafts that were made so far, accepted or not.</summary>
    public int DraftTokens { get; internal init; }

    /// <summary>Token, finished or failed: the prompt tokens that were not computed, because an earlier request had.</summary>
    public int CachedPromptTokens { get; internal init; }

    /// <summary>
    /// Token, finished or failed: those of them that come after a position that left early, so that what
    /// follows can differ from what it is without them.
    /// </summary>
    public int AsGeneratedPromptTokens { get; internal init; }

    /// <summary>Finished: why.</summary>
    public FinishReason FinishReason { get; private init; }

    /// <summary>Finished because of the time in the queue: how long it takes to admit all that waits now, at the pace of late.</summary>
    public TimeSpan RetryAfter { get; private init; }

    /// <summary>Failed: what went wrong, without any text of the request.</summary>
    public string? Error { get; private init; }

    /// <summary>Failed: whether what the request wants leaves no way on; otherwise model or server are at fault.</summary>
    public bool IsRequestsFault { get; private init; }

    internal static GenerationEvent ForPromptToken(int token, PositionLogprobs logprobs) =>
        new(GenerationEventKind.PromptToken) { Token = token, Logprobs = logprobs };

    internal static GenerationEvent ForToken(
        int token, int exitStep, in GateProbabilities gates, PositionLogprobs? logprobs,
        IReadOnlyList<TokenLogprob[]>? loopLogprobs, bool isDrafted = false) =>
        new(GenerationEventKind.Token)
        {
            Token = token,
            ExitStep = exitStep,
            Gates = gates,
            Logprobs = logprobs,
            LoopLogprobs = loopLogprobs,
            IsDrafted = isDrafted,
        };

    internal static GenerationEvent Finished(FinishReason reason, TimeSpan retryAfter = default) =>
        new(GenerationEventKind.Finished) { FinishReason = reason, RetryAfter = retryAfter };

    internal static GenerationEvent Failed(string error, bool isRequestsFault = false) =>
        new(GenerationEventKind.Failed) { Error = error, IsRequestsFault = isRequestsFault };
}
