using LoopLM.Server.Telemetry;

namespace LoopLM.Server.Tests.Telemetry;

public sealed class VllmMetricsTests
{
    [Fact]
    public void Repeat_Family_HasVllmsNamesAndLabelsAndTheSameValues()
    {
        var repeated = VllmMetrics.Repeat(
            """
            # TYPE other gauge
            # HELP other Something else.
            other{model="a"} 1
            # TYPE looplm_kv_usage_ratio gauge
            # HELP looplm_kv_usage_ratio Share.
            looplm_kv_usage_ratio{model="a"} 0.25
            looplm_kv_usage_ratio{model="b"} 0.5

            """.ReplaceLineEndings("\n"));

        Assert.Equal(
            """
            # TYPE vllm:kv_cache_usage_perc gauge
            # HELP vllm:kv_cache_usage_perc What vLLM calls looplm_kv_usage_ratio.
            vllm:kv_cache_usage_perc{engine="0",model_name="a"} 0.25
            vllm:kv_cache_usage_perc{engine="0",model_name="b"} 0.5
            # TYPE vllm:gpu_cache_usage_perc gauge
            # HELP vllm:gpu_cache_usage_perc What vLLM calls looplm_kv_usage_ratio.
            vllm:gpu_cache_usage_perc{engine="0",model_name="a"} 0.25
            vllm:gpu_cache_usage_perc{engine="0",model_name="b"} 0.5

            """.ReplaceLineEndings("\n"),
            repeated);
    }

    [Fact]
    public void Repeat_Histogram_KeepsItsBuckets()
    {
        var repeated = VllmMetrics.Repeat(
            "# TYPE looplm_queue_time_seconds histogram\nlooplm_queue_time_seconds_bucket{model=\"a\",le=\"+Inf\"} 2\nlooplm_queue_time_seconds_sum{model=\"a\"} 3\n");

        Assert.Contains(
            "\nvllm:request_queue_time_seconds_bucket{engine=\"0\",model_name=\"a\",le=\"+Inf\"} 2\n", repeated, StringComparison.Ordinal);
        Assert.Contains("\nvllm:request_queue_time_seconds_sum{engine=\"0\",model_name=\"a\"} 3\n", repeated, StringComparison.Ordinal);
    }

    [Fact]
    public void Repeat_Outcomes_AreVllmsReasonsAndNoOthers()
    {
        var outcomes = string.Concat(((string[])["stop", "length", "cancelled", "failed", "invalid", "queue_timeout"])
            .Select(outcome => $"looplm_requests_total{{model=\"a\",outcome=\"{outcome}\"}} 1\n"));

        var repeated = VllmMetrics.Repeat($"# TYPE looplm_requests_total counter\n{outcomes}").Split('\n')[2..^1];

        Assert.Equal(
            ((string[])["stop", "length", "abort", "error"]).Select(reason =>
                $"vllm:request_success_total{{engine=\"0\",model_name=\"a\",finished_reason=\"{reason}\"}} 1"),
            repeated);
    }
}
