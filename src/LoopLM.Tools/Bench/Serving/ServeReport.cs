using System.Text.Json.Serialization;

namespace LoopLM.Tools.Bench.Serving;

/// <summary>
/// What <c>looplm bench serve</c> prints; with <c>--json</c> as one object. Times of processors are of all threads of a process together.
/// </summary>
internal sealed record ServeReport
{
    /// <summary>Generated tokens per second of the engine alone.</summary>
    public required double EngineTokensPerSecond { get; init; }

    /// <summary>Generated tokens per second that streams bring to a client on the same machine.</summary>
    public required double TokensPerSecond { get; init; }

    /// <summary>The one as a share of the other, in the same round.</summary>
    public required double EngineShare { get; init; }

    [JsonPropertyName("ttft_p50_ms")]
    public required double TimeToFirstTokenP50Milliseconds { get; init; }

    [JsonPropertyName("ttft_p95_ms")]
    public required double TimeToFirstTokenP95Milliseconds { get; init; }

    [JsonPropertyName("itl_p50_ms")]
    public required double InterTokenLatencyP50Milliseconds { get; init; }

    [JsonPropertyName("itl_p95_ms")]
    public required double InterTokenLatencyP95Milliseconds { get; init; }

    [JsonPropertyName("engine_cpu_us_per_token")]
    public required double EngineMicrosecondsPerToken { get; init; }

    [JsonPropertyName("server_cpu_us_per_token")]
    public required double ServerMicrosecondsPerToken { get; init; }

    [JsonPropertyName("client_cpu_us_per_token")]
    public required double ClientMicrosecondsPerToken { get; init; }

    public required double ServerAllocatedBytesPerToken { get; init; }

    public required string Runner { get; init; }

    public required string Weights { get; init; }

    public required int Threads { get; init; }

    public required int Concurrency { get; init; }
}
