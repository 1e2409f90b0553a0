using System.Text.Json;
using LoopLM.Server.Generations;
using Serilog;

namespace LoopLM.Server.OpenAi.Answers;

/// <summary>Answers a request with what is generated for it, whole or as a stream, and tells the request log of it.</summary>
internal sealed class GeneratedAnswer(IDiagnosticContext diagnostics, ILogger<GeneratedAnswer> logger)
{
    /// <summary>Reads the choices to their ends, or until the client goes away.</summary>
    /// <param name="context">The request.</param>
    /// <param name="choices">What is generated.</param>
    /// <param name="stream">Whether it is written as it comes.</param>
    /// <param name="createWriter">Makes the writer of a stream once the response begins.</param>
    /// <param name="writeWhole">Writes the whole answer.</param>
    public async Task WriteAsync(
        HttpContext context, TextChoices choices, bool stream, Func<IChunkWriter> createWriter, Action<Utf8JsonWriter, IReadOnlyList<FinishedText>> writeWhole)
    {
        try
        {
            await (stream ? EventStream.WriteAsync(context, choices, createWriter) : WholeAnswer.WriteAsync(context, choices, writeWhole));
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            OpenAiLog.ClientGone(logger, choices.CompletionTokens);
            if (!context.Response.HasStarted)
            {
                context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            }
        }

        diagnostics.Set("PromptTokens", choices.PromptTokens);
        diagnostics.Set("CompletionTokens", choices.CompletionTokens);
        diagnostics.Set("MeanExitStep", choices.MeanExitStep);
    }
}
