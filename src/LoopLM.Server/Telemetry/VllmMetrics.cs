using System.Text;

namespace LoopLM.Server.Telemetry;

/// <summary>
/// Repeats metrics by the names and labels that vLLM gives them, for gateways, autoscalers, dashboards and benchmarks that look for those.
/// No instrument of .NET may have a colon in its name, so they are written as text after a scrape.
/// </summary>
internal static class VllmMetrics
{
    /// <summary>How vLLM's labels begin where ours say the model. It tells the engines of a model apart, and there is one here.</summary>
    private const string Labels = "engine=\"0\",model_name=\"";

    /// <summary>Names of families, and how vLLM calls them now and called them before.</summary>
    private static readonly Dictionary<string, string[]> s_names = new()
    {
        ["looplm_sequences_running"] = ["vllm:num_requests_running"],
        ["looplm_queue_requests"] = ["vllm:num_requests_waiting"],
        ["looplm_kv_usage_ratio"] = ["vllm:kv_cache_usage_perc", "vllm:gpu_cache_usage_perc"],
        ["looplm_cache_config_info"] = ["vllm:cache_config_info"],
        ["looplm_prefix_cache_queries_total"] = ["vllm:prefix_cache_queries_total", "vllm:gpu_prefix_cache_queries_total"],
        ["looplm_prefix_cache_hits_total"] =
            ["vllm:prefix_cache_hits_total", "vllm:gpu_prefix_cache_hits_total", "vllm:prompt_tokens_cached_total"],
        ["looplm_prefix_cache_hit_ratio"] = ["vllm:gpu_prefix_cache_hit_rate"],
        ["looplm_tokens_prompt_total"] = ["vllm:prompt_tokens_total"],
        ["looplm_tokens_generated_total"] = ["vllm:generation_tokens_total"],
        ["looplm_requests_total"] = ["vllm:request_success_total"],
        ["looplm_speculation_draft_tokens_total"] = ["vllm:spec_decode_num_draft_tokens_total", "vllm:spec_decode_num_drafts_total"],
        ["looplm_speculation_accepted_draft_tokens_total"] = ["vllm:spec_decode_num_accepted_tokens_total"],
        ["looplm_time_to_first_token_seconds"] = ["vllm:time_to_first_token_seconds"],
        ["looplm_inter_token_latency_seconds"] = ["vllm:inter_token_latency_seconds", "vllm:time_per_output_token_seconds"],
        ["looplm_request_duration_seconds"] = ["vllm:e2e_request_latency_seconds"],
        ["looplm_queue_time_seconds"] = ["vllm:request_queue_time_seconds"],
        ["looplm_request_inference_time_seconds"] = ["vllm:request_inference_time_seconds"],
        ["looplm_request_prefill_time_seconds"] = ["vllm:request_prefill_time_seconds"],
        ["looplm_request_decode_time_seconds"] = ["vllm:request_decode_time_seconds"],
        ["looplm_request_time_per_output_token_seconds"] = ["vllm:request_time_per_output_token_seconds"],
        ["looplm_request_prompt_tokens"] = ["vllm:request_prompt_tokens"],
        ["looplm_request_generated_tokens"] = ["vllm:request_generation_tokens"],
    };

    /// <summary>Outcomes that vLLM has, by its names. It has none for what waited too long or leaves no token.</summary>
    private static readonly Dictionary<string, string> s_finishedReasons = new()
    {
        ["stop"] = "stop",
        ["length"] = "length",
        ["cancelled"] = "abort",
        ["failed"] = "error",
    };

    /// <summary>The families of a scrape that vLLM has, too, by its names.</summary>
    /// <param name="scrape">Prometheus's text.</param>
    public static string Repeat(string scrape)
    {
        var text = new StringBuilder();
        var lines = scrape.Split('\n');
        for (var first = 0; first < lines.Length;)
        {
            if (FamilyOf(lines[first]) is not { } family)
            {
                first++;
                continue;
            }

            var end = first + 1;
            while (end < lines.Length && FamilyOf(lines[end]) is null)
            {
                end++;
            }

            foreach (var name in s_names.GetValueOrDefault(family, []))
            {
                Write(text, lines.AsSpan(first..end), family, name);
            }

            first = end;
        }

        return text.ToString();
    }

    /// <summary>The family that a line begins; null for any other line.</summary>
    private static string? FamilyOf(string line) => line.StartsWith("# TYPE ", StringComparison.Ordinal) ? line.Split(' ')[2] : null;

    private static void Write(StringBuilder text, ReadOnlySpan<string> lines, string family, string name)
    {
        text.Append("# TYPE ").Append(name).Append(' ').Append(lines[0].Split(' ')[3]).Append('\n');
        text.Append("# HELP ").Append(name).Append(" What vLLM calls ").Append(family).Append(".\n");
        foreach (var line in lines[1..])
        {
            if (line.StartsWith(family, StringComparison.Ordinal) && Relabel(line[family.Length..]) is { } sample)
            {
                text.Append(name).Append(sample).Append('\n');
            }
        }
    }

    /// <summary>A sample, after the family's name, with vLLM's labels; null where it has no such sample.</summary>
    private static string? Relabel(string sample)
    {
        const string outcome = "outcome=\"";
        var relabelled = sample.Replace("model=\"", Labels, StringComparison.Ordinal);
        var start = relabelled.IndexOf(outcome, StringComparison.Ordinal);
        if (start < 0)
        {
            return relabelled;
        }

        var value = relabelled[(start + outcome.Length)..].Split('"')[0];
        return s_finishedReasons.TryGetValue(value, out var reason)
            ? relabelled.Replace($"{outcome}{value}", $"finished_reason=\"{reason}", StringComparison.Ordinal)
            : null;
    }
}
