using System.Globalization;
using LoopLM.Checkpoints.Configuration;
using LoopLM.Engine.Sampling;
using LoopLM.Server.Configuration;

namespace LoopLM.Server.Models;

/// <summary>
/// How a model's tokens are chosen where a request does not say: by the configuration of the server, else by the
/// checkpoint's <c>generation_config.json</c>, else freely.
/// </summary>
/// <param name="configured">What the server's configuration says.</param>
/// <param name="generation">What the checkpoint says.</param>
internal sealed class SamplingDefaults(SamplingOptions configured, GenerationConfig generation)
{
    /// <summary>The defaults. They hold the bad words of the checkpoint, which go for every request.</summary>
    public SamplingSettings Settings { get; } = new()
    {
        Temperature = configured.Temperature ?? generation.Temperature ?? 1,
        TopP = configured.TopP ?? generation.TopP ?? 1,
        TopK = configured.TopK ?? generation.TopK ?? 0,
        MinP = configured.MinP ?? generation.MinP ?? 0,
        RepetitionPenalty = configured.RepetitionPenalty ?? generation.RepetitionPenalty ?? 1,
        PresencePenalty = configured.PresencePenalty ?? 0,
        FrequencyPenalty = configured.FrequencyPenalty ?? 0,
        BadWords = [.. generation.BadWords.Select(word => word.ToArray())],
    };

    /// <summary>The defaults in the words of requests.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"temperature {Settings.Temperature}, top_p {Settings.TopP}, top_k {Settings.TopK}, min_p {Settings.MinP}, "
        + $"repetition_penalty {Settings.RepetitionPenalty}, presence_penalty {Settings.PresencePenalty}, "
        + $"frequency_penalty {Settings.FrequencyPenalty}, {Settings.BadWords.Count} bad words");
}
