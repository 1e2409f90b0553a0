using LoopLM.Engine.Requests;
using LoopLM.Engine.Sampling;

namespace LoopLM.Engine.Scheduling;

/// <summary>The logits processors of a sequence. Its constraint comes before them.</summary>
internal static class LogitsProcessors
{
    /// <summary>What a request wants, in the order of application, which is vLLM's; nothing for a request that only samples.</summary>
    public static ILogitsProcessor[] For(GenerationRequest request)
    {
        var sampling = request.Sampling;
        var processors = new List<ILogitsProcessor>();
        if (sampling.AllowedTokens is { } allowed)
        {
            processors.Add(new AllowedTokens(allowed));
        }

        if (sampling.BadWords.Count > 0)
        {
            processors.Add(new BadWords(sampling.BadWords));
        }

        if (request.MinTokens > 0 && request.StopTokens.Count > 0)
        {
            processors.Add(new MinTokens(request.StopTokens, request.MinTokens));
        }

        if (sampling.LogitBias.Count > 0)
        {
            processors.Add(new LogitBias(sampling.LogitBias));
        }

        if ((sampling.RepetitionPenalty ?? 1, sampling.FrequencyPenalty ?? 0, sampling.PresencePenalty ?? 0) is not (1, 0, 0))
        {
            processors.Add(new Penalties(sampling, request.Prompt.Span));
        }

        return [.. processors];
    }
}
