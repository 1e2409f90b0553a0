using LoopLM.Engine.Errors;
using LoopLM.Server.Errors;

namespace LoopLM.Server.TextGeneration;

/// <summary>How prompts become tokens.</summary>
internal sealed record PromptSettings
{
    /// <summary>As a number of tokens to keep: as many as fit beside those that are generated.</summary>
    public const int Fitting = -1;

    /// <summary>Whether the tokenizer's template puts its special tokens around a prompt that is text.</summary>
    public bool AddSpecialTokens { get; init; } = true;

    /// <summary>Tokens that are kept of each prompt, from 1, or <see cref="Fitting"/>; null keeps all.</summary>
    public int? Truncate { get; init; }

    /// <summary>What truncation drops: <c>left</c>, the beginning, or <c>right</c>, the end. Null is left.</summary>
    public string? TruncationSide { get; init; }

    /// <summary>The first problem; null where there is none.</summary>
    public RequestError? Check() =>
        Truncate is 0 or < Fitting
            ? RequestError.Invalid("truncate_prompt_tokens",
                $"{new Field("truncate_prompt_tokens")} is {Truncate}; it must be 1 or more, or {Fitting} for as many tokens as fit.")
        : TruncationSide is not (null or "left" or "right")
            ? RequestError.Invalid(
                "truncation_side", $"{new Field("truncation_side")} is {ClientWord.Quote(TruncationSide)}; it must be left or right.")
        : null;

    /// <summary>What is kept of a prompt.</summary>
    /// <param name="prompt">Its tokens.</param>
    /// <param name="room">As many as fit.</param>
    public ReadOnlyMemory<int> Keep(ReadOnlyMemory<int> prompt, int room) =>
        (Truncate == Fitting ? room : Truncate) is not { } most || most < 1 || most >= prompt.Length ? prompt
        : TruncationSide == "right" ? prompt[..most]
        : prompt[^most..];
}
