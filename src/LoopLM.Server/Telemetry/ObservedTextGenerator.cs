using System.Diagnostics;
using LoopLM.Server.Access;
using LoopLM.Server.Errors;
using LoopLM.Server.TextGeneration;
using Serilog;

namespace LoopLM.Server.Telemetry;

/// <summary>
/// Tells metrics, traces and the log of requests what was generated, once nobody reads it any more, and
/// the log of callers who went away before the end.
/// </summary>
/// <param name="inner">Generates.</param>
/// <param name="metrics">Count it.</param>
/// <param name="diagnostics">Takes what the line of the current request says.</param>
/// <param name="time">The engine's clock.</param>
/// <param name="logger">Takes who went away.</param>
internal sealed partial class ObservedTextGenerator(
    ITextGenerator inner, GenAiMetrics metrics, IDiagnosticContext diagnostics, TimeProvider time, ILogger<ObservedTextGenerator> logger)
    : ITextGenerator
{
    public Result<TextChoices[]> Start(EncodedText text, Caller caller)
    {
        var parent = Activity.Current?.Context ?? default;
        var started = inner.Start(text, caller);
        if (!started.TryGet(out var all, out var error))
        {
            metrics.RecordRefused(text, error);
            return started;
        }

        var left = all.Length;
        foreach (var choices in all)
        {
            choices.Disposed = () =>
            {
                if (--left == 0)
                {
                    Observe(ObservedGeneration.Of(text, all, caller, time), parent);
                }
            };
        }

        return started;
    }

    private void Observe(ObservedGeneration generation, ActivityContext parent)
    {
        RequestSpans.Write(generation, parent);
        metrics.Record(generation);
        RequestLog.Tell(diagnostics, generation);
        if (generation.IsAbandoned)
        {
            CallerGone(logger, generation.CompletionTokens);
        }
    }

    [LoggerMessage(1, LogLevel.Debug, "The client went away after {Tokens} tokens")]
    private static partial void CallerGone(Microsoft.Extensions.Logging.ILogger logger, int tokens);
}
