using LoopLM.Server.Access;
using LoopLM.Server.Errors;
using LoopLM.Server.TextGeneration;
using Serilog;

namespace LoopLM.Server.Telemetry;

/// <summary>
/// Tells the log of requests what was generated, once nobody reads it any more, and of callers who went away before the end.
/// </summary>
/// <param name="inner">Generates.</param>
/// <param name="diagnostics">Takes what the line of the current request says.</param>
/// <param name="logger">Takes who went away.</param>
internal sealed partial class ObservedTextGenerator(
    ITextGenerator inner, IDiagnosticContext diagnostics, ILogger<ObservedTextGenerator> logger) : ITextGenerator
{
    public Result<TextChoices[]> Start(EncodedText text, Caller caller)
    {
        var started = inner.Start(text, caller);
        if (started.TryGet(out var all, out _))
        {
            var left = all.Length;
            foreach (var choices in all)
            {
                choices.Disposed = () =>
                {
                    if (--left == 0)
                    {
                        Observe(all);
                    }
                };
            }
        }

        return started;
    }

    private void Observe(TextChoices[] all)
    {
        var tokens = all.Sum(each => each.CompletionTokens);
        diagnostics.Set("PromptTokens", all.Sum(each => each.PromptTokens));
        diagnostics.Set("CompletionTokens", tokens);
        diagnostics.Set("MeanExitStep", tokens == 0 ? 0 : (double)all.Sum(each => each.LoopSteps) / tokens);
        if (all.Any(each => each is { HaveEnded: false, HaveFailed: false }))
        {
            CallerGone(logger, tokens);
        }
    }

    [LoggerMessage(1, LogLevel.Debug, "The client went away after {Tokens} tokens")]
    private static partial void CallerGone(Microsoft.Extensions.Logging.ILogger logger, int tokens);
}
