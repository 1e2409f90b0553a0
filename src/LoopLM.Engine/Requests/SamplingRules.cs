using LoopLM.Engine.Sampling;

namespace LoopLM.Engine.Requests;

/// <summary>What <see cref="SamplingSettings"/> may hold. The engine checks it; a caller may do so earlier, before dearer work.</summary>
public static class SamplingRules
{
    /// <summary>What is wrong with some settings; null where nothing is.</summary>
    /// <param name="sampling">The settings.</param>
    /// <param name="vocabularySize">Tokens of the model.</param>
    public static Rejection? Check(SamplingSettings sampling, int vocabularySize)
    {
        if (!(sampling.RepetitionPenalty > 0 && float.IsFinite(sampling.RepetitionPenalty)))
        {
            return Invalid("repetition_penalty", $"'repetition_penalty' is {sampling.RepetitionPenalty}; it must be above 0 and finite.");
        }

        return sampling.TopK < 0
            ? Invalid("top_k", $"'top_k' is {sampling.TopK}; it must be 0 (off) or more.")
            : CheckRange("temperature", sampling.Temperature, 0, 2)
                ?? CheckRange("top_p", sampling.TopP, 0, 1)
                ?? CheckRange("min_p", sampling.MinP, 0, 1)
                ?? CheckRange("presence_penalty", sampling.PresencePenalty, -2, 2)
                ?? CheckRange("frequency_penalty", sampling.FrequencyPenalty, -2, 2)
                ?? CheckBias(sampling.LogitBias, vocabularySize)
                ?? CheckAllowed(sampling.AllowedTokens, vocabularySize)
                ?? CheckBadWords(sampling.BadWords, vocabularySize);
    }

    internal static Rejection Invalid(string parameter, string message) => new(RejectionReason.InvalidValue, parameter, message);

    internal static Rejection? CheckRange(string parameter, float value, float least, float most) =>
        value >= least && value <= most ? null : Invalid(parameter, $"'{parameter}' is {value}; it must be between {least} and {most}.");

    internal static Rejection? CheckTokens(string parameter, IEnumerable<int> tokens, int vocabularySize)
    {
        foreach (var token in tokens)
        {
            if ((uint)token >= (uint)vocabularySize)
            {
                return Invalid(parameter, $"'{parameter}' contains the token id {token}; ids are 0 to {vocabularySize - 1}.");
            }
        }

        return null;
    }

    private static Rejection? CheckBias(IReadOnlyDictionary<int, float> biases, int vocabularySize)
    {
        const string name = "logit_bias";
        foreach (var bias in biases.Values)
        {
            if (!(bias >= -100 && bias <= 100))
            {
                return Invalid(name, $"'{name}' contains the bias {bias}; it must be between -100 and 100.");
            }
        }

        return CheckTokens(name, biases.Keys, vocabularySize);
    }

    private static Rejection? CheckAllowed(IReadOnlyCollection<int>? tokens, int vocabularySize)
    {
        const string name = "allowed_token_ids";
        return tokens is null ? null
            : tokens.Count == 0 ? Invalid(name, $"'{name}' is empty; it must have at least one token id.")
            : CheckTokens(name, tokens, vocabularySize);
    }

    private static Rejection? CheckBadWords(IReadOnlyCollection<int[]> words, int vocabularySize)
    {
        const string name = "bad_words";
        return words.Any(word => word.Length == 0)
            ? Invalid(name, $"'{name}' contains a word without tokens; each must have at least one.")
            : CheckTokens(name, words.SelectMany(word => word), vocabularySize);
    }
}
