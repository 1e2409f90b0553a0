using System.Collections.ObjectModel;
using LoopLM.Engine.Errors;

namespace LoopLM.Engine.Sampling;

/// <summary>
/// How the next token is chosen from the logits. Applied in this order: the request's constraint, allowed tokens, bad words,
/// minimum of tokens, bias, repetition, frequency and presence penalty, temperature, min-p, top-k, top-p. The order is vLLM's. What
/// is null changes nothing, and <see cref="Over"/> fills it in.
/// </summary>
public sealed record SamplingSettings
{
    /// <summary>Always the token with the largest logit; the smallest id where several are equal.</summary>
    public static SamplingSettings Greedy { get; } = new();

    /// <summary>The only tokens that may be generated; at least one. Null allows all.</summary>
    public IReadOnlyCollection<int>? AllowedTokens { get; init; }

    /// <summary>Token sequences that may not appear in the output, each at least one token.</summary>
    public IReadOnlyCollection<int[]> BadWords { get; init; } = [];

    /// <summary>Added to the logits of single tokens: by token id, -100..100.</summary>
    public IReadOnlyDictionary<int, float> LogitBias { get; init; } = ReadOnlyDictionary<int, float>.Empty;

    /// <summary>
    /// Divides a positive logit, and multiplies a negative one, of every token that prompt or
    /// output contain; above 0, and 1 changes nothing.
    /// </summary>
    public float? RepetitionPenalty { get; init; }

    /// <summary>Subtracted from a token's logit for each time it is in the output, -2..2.</summary>
    public float? FrequencyPenalty { get; init; }

    /// <summary>Subtracted once from the logit of every token that is in the output, -2..2.</summary>
    public float? PresencePenalty { get; init; }

    /// <summary>Divides the logits, 0..2; 0 is greedy, and so is null.</summary>
    public float? Temperature { get; init; }

    /// <summary>Keeps the k most probable tokens; 0 keeps all.</summary>
    public int? TopK { get; init; }

    /// <summary>
    /// Keeps the fewest most probable tokens whose probabilities sum to at least this, 0 to 1: 0 keeps the most probable one, 1 all.
    /// </summary>
    public float? TopP { get; init; }

    /// <summary>Drops tokens less probable than this share of the most probable one, 0..1; 0 drops none.</summary>
    public float? MinP { get; init; }

    /// <summary>
    /// Makes the choices repeatable: the same seed and position give the same random number whatever
    /// else the engine does. Null takes a random one.
    /// </summary>
    public long? Seed { get; init; }

    /// <summary>
    /// The settings with what they leave open taken from others. The bad words of both count; bias, allowed tokens and seed are their own.
    /// </summary>
    public SamplingSettings Over(SamplingSettings defaults) => this with
    {
        BadWords = [.. defaults.BadWords, .. BadWords],
        RepetitionPenalty = RepetitionPenalty ?? defaults.RepetitionPenalty,
        FrequencyPenalty = FrequencyPenalty ?? defaults.FrequencyPenalty,
        PresencePenalty = PresencePenalty ?? defaults.PresencePenalty,
        Temperature = Temperature ?? defaults.Temperature,
        TopK = TopK ?? defaults.TopK,
        TopP = TopP ?? defaults.TopP,
        MinP = MinP ?? defaults.MinP,
    };

    /// <summary>What is wrong with the settings; null where nothing is.</summary>
    /// <param name="vocabularySize">Tokens of the model.</param>
    public Rejection? Check(int vocabularySize) =>
        RepetitionPenalty is { } repetition && !(repetition > 0 && float.IsFinite(repetition))
            ? Invalid("repetition_penalty", $"{new Field("repetition_penalty")} is {repetition}; it must be above 0 and finite.")
        : TopK < 0 ? Invalid("top_k", $"{new Field("top_k")} is {TopK}; it must be 0 (off) or more.")
        : CheckRange("temperature", Temperature, 0, 2)
            ?? CheckRange("top_p", TopP, 0, 1)
            ?? CheckRange("min_p", MinP, 0, 1)
            ?? CheckRange("presence_penalty", PresencePenalty, -2, 2)
            ?? CheckRange("frequency_penalty", FrequencyPenalty, -2, 2)
            ?? CheckBias(vocabularySize)
            ?? CheckAllowed(vocabularySize)
            ?? CheckBadWords(vocabularySize);

    private static Rejection Invalid(string field, ErrorMessage message) => Rejection.Invalid(field, message);

    private static Rejection? CheckRange(string field, float? value, float least, float most) =>
        value is { } given ? FieldChecks.Range(field, given, least, most) : null;

    private Rejection? CheckBias(int vocabularySize)
    {
        const string name = "logit_bias";
        foreach (var bias in LogitBias.Values)
        {
            if (!(bias >= -100 && bias <= 100))
            {
                return Invalid(name, $"{new Field(name)} contains the bias {bias}; it must be between -100 and 100.");
            }
        }

        return FieldChecks.Tokens(name, LogitBias.Keys, vocabularySize);
    }

    private Rejection? CheckAllowed(int vocabularySize)
    {
        const string name = "allowed_token_ids";
        return AllowedTokens is not { } tokens ? null
            : tokens.Count == 0 ? Invalid(name, $"{new Field(name)} is empty; it must have at least one token id.")
            : FieldChecks.Tokens(name, tokens, vocabularySize);
    }

    private Rejection? CheckBadWords(int vocabularySize)
    {
        const string name = "bad_words";
        return BadWords.Any(word => word.Length == 0)
            ? Invalid(name, $"{new Field(name)} contains a word without tokens; each must have at least one.")
            : FieldChecks.Tokens(name, BadWords.SelectMany(word => word), vocabularySize);
    }
}
