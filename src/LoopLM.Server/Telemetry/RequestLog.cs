using System.Globalization;
using Serilog;

namespace LoopLM.Server.Telemetry;

/// <summary>What the line of a request in the log says of what it generated, whatever the protocol it came by.</summary>
internal static class RequestLog
{
    /// <summary>The property that sums it up for those who read.</summary>
    public const string Summary = "Summary";

    /// <summary>Says nothing, as long as nothing was generated.</summary>
    public static void Begin(IDiagnosticContext diagnostics) => diagnostics.Set(Summary, "");

    /// <summary>Says what was generated: once in words, and by properties for programs.</summary>
    public static void Tell(IDiagnosticContext diagnostics, ObservedGeneration generation)
    {
        var (queue, generating) = (generation.QueueTime?.TotalSeconds ?? 0, generation.GenerationTime.TotalSeconds);
        diagnostics.Set("Model", generation.Model);
        diagnostics.Set("PromptTokens", generation.PromptTokens);
        diagnostics.Set("CompletionTokens", generation.CompletionTokens);
        diagnostics.Set("MeanExitStep", generation.MeanExitStep);
        diagnostics.Set("QueueSeconds", queue);
        diagnostics.Set("GenerationSeconds", generating);
        diagnostics.Set("Finish", generation.Finish);
        diagnostics.Set(Summary, string.Create(
            CultureInfo.InvariantCulture,
            $" for {generation.Client}: {generation.Model}, {generation.PromptTokens}+{generation.CompletionTokens} tokens, mean exit step "
            + $"{generation.MeanExitStep:0.##}, queue {queue:0.###} s, generation {generating:0.###} s, {generation.Finish}"));
    }
}
