using System.Text.Json.Serialization;

namespace LoopLM.Tools.Bench.Prefixes;

/// <summary>What <c>looplm bench prefixes</c> measures of a scenario, with <c>--json</c> one object of a list.</summary>
internal sealed record PrefixReport
{
    public required string Scenario { get; init; }

    public required int Requests { get; init; }

    public required long PromptTokens { get; init; }

    /// <summary>Prompt tokens that ran their loops while prefixes were cached; without that all did.</summary>
    public required long ComputedTokens { get; init; }

    public required long CachedTokens { get; init; }

    [JsonPropertyName("ttft_p50_ms")]
    public required double TimeToFirstTokenP50Milliseconds { get; init; }

    /// <summary>The same without cached prefixes.</summary>
    [JsonPropertyName("ttft_p50_off_ms")]
    public required double TimeToFirstTokenP50OffMilliseconds { get; init; }
}
