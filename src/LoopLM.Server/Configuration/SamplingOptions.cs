using System.ComponentModel.DataAnnotations;

namespace LoopLM.Server.Configuration;

/// <summary>
/// Section <c>Model:Sampling</c>: how tokens are chosen where a request does not say. Null leaves it to
/// the checkpoint's <c>generation_config.json</c>.
/// </summary>
public sealed record SamplingOptions
{
    /// <summary>Divides the logits, 0 to 2; 0 is greedy.</summary>
    [Range(0f, 2f)]
    public float? Temperature { get; set; }

    /// <summary>Keeps the fewest most probable tokens whose probabilities sum to at least this, above 0 and at most 1.</summary>
    [Range(float.Epsilon, 1f)]
    public float? TopP { get; set; }

    /// <summary>Keeps the k most probable tokens; 0 keeps all.</summary>
    [Range(0, int.MaxValue)]
    public int? TopK { get; set; }

    /// <summary>Drops tokens less probable than this share of the most probable one, 0 to 1.</summary>
    [Range(0f, 1f)]
    public float? MinP { get; set; }

    /// <summary>Makes tokens of prompt and output less probable, above 0; 1 changes nothing.</summary>
    [Range(float.Epsilon, float.MaxValue)]
    public float? RepetitionPenalty { get; set; }

    /// <summary>Makes tokens of the output less probable, -2 to 2.</summary>
    [Range(-2f, 2f)]
    public float? PresencePenalty { get; set; }

    /// <summary>Makes tokens of the output less probable each time they occur, -2 to 2.</summary>
    [Range(-2f, 2f)]
    public float? FrequencyPenalty { get; set; }
}
