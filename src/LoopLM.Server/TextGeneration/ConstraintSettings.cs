using LoopLM.Engine.Errors;
using LoopLM.Server.Configuration;
using LoopLM.Server.Errors;

namespace LoopLM.Server.TextGeneration;

/// <summary>What a text is held to.</summary>
internal sealed record ConstraintSettings
{
    /// <summary>What each text must be; null for any text.</summary>
    public OutputFormat? Format { get; init; }

    /// <summary>How long each text may think; null for any length.</summary>
    public ReasoningBudget? ReasoningBudget { get; init; }

    /// <summary>Words that may not appear.</summary>
    public IReadOnlyList<string> BadWords { get; init; } = [];

    /// <summary>The first limit that the settings break; null where they break none.</summary>
    /// <param name="stops">What ends the text: one that is held to a format ends where it is complete, and only there.</param>
    /// <param name="limits">The limits.</param>
    public RequestError? Check(StopSettings stops, LimitOptions limits) =>
        Format is not null && stops.MinTokens > 0
            ? RequestError.Invalid(
                "min_tokens", $"{new Field("min_tokens")} is {stops.MinTokens}; it must be 0 where an output format is set.")
        : Format is not null && stops.IgnoreEndOfText
            ? RequestError.Invalid(
                "ignore_eos", $"{new Field("ignore_eos")} is true; it must be false where an output format is set.")
        : FieldLimits.Texts("bad_words", BadWords, limits.MaxBadWords, limits.MaxBadWordLength);
}
