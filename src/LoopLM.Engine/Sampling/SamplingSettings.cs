using System.Collections.ObjectModel;

namespace LoopLM.Engine.Sampling;

/// <summary>
/// How the next token is chosen from the logits. Applied in this order: the request's constraint, allowed tokens, bad words, minimum of tokens, bias,
/// repetition, frequency and presence penalty, temperature, min-p, top-k, top-p. The order is vLLM's.
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

    /// <summary>Divides a positive logit, and multiplies a negative one, of every token that prompt or output contain; above 0, and 1 changes nothing.</summary>
    public float RepetitionPenalty { get; init; } = 1f;

    /// <summary>Subtracted from a token's logit for each time it stands in the output, -2..2.</summary>
    public float FrequencyPenalty { get; init; }

    /// <summary>Subtracted once from the logit of every token that stands in the output, -2..2.</summary>
    public float PresencePenalty { get; init; }

    /// <summary>Divides the logits, 0..2; 0 is greedy.</summary>
    public float Temperature { get; init; }

    /// <summary>Keeps the k most probable tokens; 0 keeps all.</summary>
    public int TopK { get; init; }

    /// <summary>Keeps the fewest most probable tokens whose probabilities sum to at least this, 0 to 1: 0 keeps the most probable one, 1 all.</summary>
    public float TopP { get; init; } = 1f;

    /// <summary>Drops tokens less probable than this share of the most probable one, 0..1; 0 drops none.</summary>
    public float MinP { get; init; }

    /// <summary>Makes the choices repeatable: the same seed and position give the same random number whatever else the engine does. Null takes a random one.</summary>
    public long? Seed { get; init; }
}
