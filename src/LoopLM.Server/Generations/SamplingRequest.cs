using LoopLM.Engine.Sampling;

namespace LoopLM.Server.Generations;

/// <summary>What a request says about how tokens are chosen. Null leaves it to the model's <see cref="SamplingDefaults"/>; <see cref="SamplingSettings"/> says what each means.</summary>
internal sealed record SamplingRequest
{
    public float? Temperature { get; init; }

    public float? TopP { get; init; }

    /// <summary>0 keeps all.</summary>
    public int? TopK { get; init; }

    public float? MinP { get; init; }

    public float? RepetitionPenalty { get; init; }

    public float? PresencePenalty { get; init; }

    public float? FrequencyPenalty { get; init; }

    public IReadOnlyDictionary<int, float> LogitBias { get; init; } = SamplingSettings.Greedy.LogitBias;

    public IReadOnlyCollection<int>? AllowedTokens { get; init; }

    public long? Seed { get; init; }

    /// <summary>The settings that come of it for a model.</summary>
    public SamplingSettings Over(SamplingDefaults defaults) => defaults.Settings with
    {
        Temperature = Temperature ?? defaults.Settings.Temperature,
        TopP = TopP ?? defaults.Settings.TopP,
        TopK = TopK ?? defaults.Settings.TopK,
        MinP = MinP ?? defaults.Settings.MinP,
        RepetitionPenalty = RepetitionPenalty ?? defaults.Settings.RepetitionPenalty,
        PresencePenalty = PresencePenalty ?? defaults.Settings.PresencePenalty,
        FrequencyPenalty = FrequencyPenalty ?? defaults.Settings.FrequencyPenalty,
        LogitBias = LogitBias,
        AllowedTokens = AllowedTokens,
        Seed = Seed,
    };
}
