namespace LoopLM.Engine.Sampling;

/// <summary>How the next token is chosen from the logits. Applied in this order: temperature, top-k, top-p, min-p.</summary>
public sealed record SamplingSettings
{
    /// <summary>Always the token with the largest logit; the smallest id where several are equal.</summary>
    public static SamplingSettings Greedy { get; } = new();

    /// <summary>Divides the logits, 0..2; 0 is greedy.</summary>
    public float Temperature { get; init; }

    /// <summary>Keeps the k most probable tokens; 0 keeps all.</summary>
    public int TopK { get; init; }

    /// <summary>Keeps the fewest most probable tokens whose probabilities sum to at least this, in (0, 1]; 1 keeps all.</summary>
    public float TopP { get; init; } = 1f;

    /// <summary>Drops tokens less probable than this share of the most probable one, 0..1; 0 drops none.</summary>
    public float MinP { get; init; }

    /// <summary>Makes the choices repeatable: the same seed and position give the same random number whatever else the engine does. Null takes a random one.</summary>
    public long? Seed { get; init; }
}
