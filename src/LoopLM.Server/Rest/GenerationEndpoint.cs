using System.Text.Json;
using LoopLM.Server.Access;
using LoopLM.Server.Errors;
using LoopLM.Server.Rest.Output;
using LoopLM.Server.Rest.Requests;
using LoopLM.Server.TextGeneration;
using LoopLM.Server.Transport;

namespace LoopLM.Server.Rest;

/// <summary>An endpoint that answers with generated text.</summary>
/// <typeparam name="T">What is read of the body.</typeparam>
/// <typeparam name="TStarted">What is generated.</typeparam>
/// <param name="bodies">Reads bodies.</param>
/// <param name="logger">Receives fields that nobody reads.</param>
internal abstract partial class GenerationEndpoint<T, TStarted>(RequestBodies bodies, ILogger logger) : JsonEndpoint<T>(bodies)
    where TStarted : IDisposable
{
    protected sealed override async Task<RequestError?> AnswerAsync(HttpContext context, ParsedBody<T> body)
    {
        // Their names are the client's, so only their number is reported.
        if (logger.IsEnabled(LogLevel.Debug) && body.Fields.Unknown.Count() is > 0 and var count)
        {
            UnknownFields(count);
        }

        if (!(await StartAsync(body.Request, context.Caller(), context.RequestAborted)).TryGet(out var started, out var error))
        {
            return error;
        }

        // What is generated needs nothing of the body, and may take long.
        body.Dispose();
        using (started)
        {
            await AnswerAsync(context, body.Request, started);
        }

        return null;
    }

    /// <summary>Starts what is to be generated, or says why not.</summary>
    protected abstract Task<Result<TStarted>> StartAsync(T request, Caller caller, CancellationToken cancellation);

    /// <summary>Reads what is generated to its end, and answers with it.</summary>
    protected abstract Task AnswerAsync(HttpContext context, T request, TStarted started);

    /// <summary>Answers with some choices, whole or as a stream.</summary>
    /// <param name="context">The request.</param>
    /// <param name="choices">What is generated.</param>
    /// <param name="stream">Whether it is written as it comes.</param>
    /// <param name="createWriter">Makes the writer of a stream once the response begins.</param>
    /// <param name="writeWhole">Writes the whole answer.</param>
    protected static Task WriteAsync(
        HttpContext context,
        TextChoices choices,
        bool stream,
        Func<IChunkWriter> createWriter,
        Action<Utf8JsonWriter, IReadOnlyList<FinishedText>> writeWhole) =>
        stream ? EventStream.WriteAsync(context, choices, createWriter) : WholeAnswer.WriteAsync(context, choices, writeWhole);

    [LoggerMessage(2, LogLevel.Debug, "{Count} unknown fields of the request were ignored")]
    private partial void UnknownFields(int count);
}
