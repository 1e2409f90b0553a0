using LoopLM.Engine.Exits;
using LoopLM.Engine.Sampling;
using LoopLM.Server.Errors;

namespace LoopLM.Server.TextGeneration;

/// <summary>Something that happened to a <see cref="TextChoice"/>: a token, or the end.</summary>
internal readonly record struct TextEvent
{
    /// <summary>Whether it is a token that ends the text.</summary>
    public bool EndsText { get; init; }

    /// <summary>Text that is decided by now and was not before; often empty. At the end: what was withheld.</summary>
    public required string Text { get; init; }

    /// <summary>
    /// Whether this is the end: then <see cref="FinishReason"/> or <see cref="Error"/> counts, else the members of a token.
    /// </summary>
    public bool IsEnd { get; init; }

    /// <summary>Token: its id.</summary>
    public int Token { get; init; }

    /// <summary>Token: characters of the generated text before it, the withheld ones among them.</summary>
    public int TextOffset { get; init; }

    /// <summary>Token: the loop it left at, from 1.</summary>
    public int ExitStep { get; init; }

    /// <summary>Token: whether an early loop of the position before had drafted it.</summary>
    public bool IsDrafted { get; init; }

    /// <summary>Token: its gate probabilities, where the request wants them.</summary>
    public GateProbabilities Gates { get; init; }

    /// <summary>Token: its log-probability and the most probable tokens, where the request wants them.</summary>
    public PositionLogprobs? Logprobs { get; init; }

    /// <summary>
    /// Token: the most probable tokens after every loop it ran, loop 1 first, where the request wants them; after them those
    /// after the loops that it skipped, where it wants those.
    /// </summary>
    public IReadOnlyList<TokenLogprob[]>? LoopLogprobs { get; init; }

    /// <summary>End: why.</summary>
    public TextFinishReason FinishReason { get; init; }

    /// <summary>End: the stop string that ended the text; null where a token or the length did.</summary>
    public string? Stop { get; init; }

    /// <summary>End: the request's stop token that ended the text; null where the model's own, a stop string or the length did.</summary>
    public int? StopToken { get; init; }

    /// <summary>End: what went wrong; null where nothing did.</summary>
    public RequestError? Error { get; init; }
}
