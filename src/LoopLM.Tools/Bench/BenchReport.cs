using System.Text.Json.Serialization;

namespace LoopLM.Tools.Bench;

/// <summary>What <c>looplm bench engine</c> prints; with <c>--json</c> as one object.</summary>
internal sealed record BenchReport
{
    public required double PrefillTokensPerSecond { get; init; }

    public required double DecodeTokensPerSecond { get; init; }

    [JsonPropertyName("itl_p50_ms")]
    public required double InterTokenLatencyP50Milliseconds { get; init; }

    [JsonPropertyName("itl_p95_ms")]
    public required double InterTokenLatencyP95Milliseconds { get; init; }

    public required double MeanExitStep { get; init; }

    /// <summary>How many times faster than full depth the exits can make decoding: (F0 + T Fr) / (F0 + d Fr).</summary>
    public required double Bound { get; init; }

    /// <summary>The share of the bound that was reached, against full depth measured in the same run.</summary>
    public required double BoundShare { get; init; }

    /// <summary>What all threads together read from memory, measured after the engine.</summary>
    public required double ReadBandwidthBytesPerSecond { get; init; }

    /// <summary>Weights read per second of decoding, as a share of that.</summary>
    public required double WeightTrafficShare { get; init; }

    public required long PeakRssBytes { get; init; }

    public required string Runner { get; init; }

    public required string Weights { get; init; }

    public required int Threads { get; init; }

    /// <summary>How the requests think ahead, and by what drafts are confirmed.</summary>
    public required string Speculation { get; init; }

    /// <summary>How many times faster than without drafts, at the same exits in the same run; 1 without drafts.</summary>
    public required double SpeculationSpeedup { get; init; }

    /// <summary>The share of accepted drafts.</summary>
    public required double AcceptedDraftShare { get; init; }

    /// <summary>What a tick takes beside the runner.</summary>
    [JsonPropertyName("tick_own_us")]
    public required double TickOwnMicroseconds { get; init; }

    /// <summary>The same without drafts, at the same exits in the same run.</summary>
    [JsonPropertyName("tick_own_off_us")]
    public required double TickOwnOffMicroseconds { get; init; }

    [JsonIgnore]
    public double FullDepthTokensPerSecond { get; init; }

    [JsonIgnore]
    public double OpenSeconds { get; init; }

    [JsonIgnore]
    public int Concurrency { get; init; }
}
