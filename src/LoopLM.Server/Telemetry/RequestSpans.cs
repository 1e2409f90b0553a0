using System.Diagnostics;

namespace LoopLM.Server.Telemetry;

/// <summary>
/// The spans of what requests generate: one for the request, and below it <c>queue</c>, <c>prefill</c> and <c>decode</c>. They are written
/// when the request has ended, from the moments that the engine noted, so that a token costs nothing. They hold no text of requests.
/// </summary>
internal static class RequestSpans
{
    /// <summary>Name of the source to subscribe to.</summary>
    public const string SourceName = "LoopLM.Server";

    private static readonly ActivitySource s_source = new(SourceName);

    /// <summary>Writes the spans of a request.</summary>
    /// <param name="generation">What it generated.</param>
    /// <param name="parent">The span that it belongs to.</param>
    public static void Write(ObservedGeneration generation, ActivityContext parent)
    {
        if (!s_source.HasListeners())
        {
            return;
        }

        var name = $"{generation.Operation} {generation.RequestModel}";
        using var span = s_source.StartActivity(name, ActivityKind.Internal, parent, Tags(generation), links: null, generation.AcceptedAt);
        if (span is null)
        {
            return;
        }

        if (generation.Finish is { Length: > 0 } finish)
        {
            span.SetTag("loop.finish", finish);
        }

        if (generation.Error is { } error)
        {
            span.SetTag("error.type", error).SetStatus(ActivityStatusCode.Error);
        }

        var moment = generation.AcceptedAt;
        WritePart("queue", generation.QueueTime);
        WritePart("prefill", generation.PrefillTime);
        WritePart("decode", generation.DecodeTime);
        span.SetEndTime((generation.AcceptedAt + generation.Duration).UtcDateTime);

        void WritePart(string part, TimeSpan? time)
        {
            if (time is { } duration)
            {
                using var child = s_source.StartActivity(part, ActivityKind.Internal, span.Context, startTime: moment);
                moment += duration;
                child?.SetEndTime(moment.UtcDateTime);
            }
        }
    }

    private static List<KeyValuePair<string, object?>> Tags(ObservedGeneration generation)
    {
        var sampling = generation.Generation.Sampling;
        List<KeyValuePair<string, object?>> tags =
        [
            new("gen_ai.operation.name", generation.Operation),
            new("gen_ai.provider.name", GenAiMetrics.Provider),
            new("gen_ai.request.model", generation.RequestModel),
            new("gen_ai.request.max_tokens", generation.Generation.MaxTokens),
            new("gen_ai.request.choice.count", generation.Request.Choices),
            new("gen_ai.request.temperature", sampling.Temperature),
            new("gen_ai.request.top_p", sampling.TopP),
            new("gen_ai.request.top_k", sampling.TopK),
            new("gen_ai.request.frequency_penalty", sampling.FrequencyPenalty),
            new("gen_ai.request.presence_penalty", sampling.PresencePenalty),
            new("gen_ai.response.model", generation.Model),
            new("gen_ai.response.finish_reasons", generation.FinishReasons.ToArray()),
            new("gen_ai.usage.input_tokens", generation.PromptTokens),
            new("gen_ai.usage.output_tokens", generation.CompletionTokens),
            new("gen_ai.usage.cache_read.input_tokens", generation.CachedPromptTokens),
            new("loop.mean_exit_step", generation.MeanExitStep),
            new("loop.loops", generation.LoopSteps),
            new("loop.exit_policy", generation.Request.Exit.Policy),
            new("loop.exit_threshold", generation.Request.Exit.Threshold),
            new("loop.min_loops", generation.Request.Exit.MinLoops),
            new("loop.max_loops", generation.Request.Exit.MaxLoops),
            new("loop.draft_tokens", generation.DraftTokens),
            new("loop.accepted_draft_tokens", generation.AcceptedDraftTokens),
            new("loop.client", generation.Client),
        ];
        tags.RemoveAll(tag => tag.Value is null);
        return tags;
    }
}
