using LoopLM.Server.Generations;
using LoopLM.Server.OpenAi.Answers;
using LoopLM.Server.OpenAi.Errors;
using LoopLM.Server.OpenAi.Requests;

namespace LoopLM.Server.OpenAi.Completions;

/// <summary><c>POST /v1/completions</c>.</summary>
internal sealed class CompletionEndpoint(
    TextGenerator generator, GeneratedAnswer answer, TimeProvider time, ILogger<CompletionEndpoint> logger)
{
    /// <summary>Answers a request. Nothing is written before its outcome is known: a refused or failed one gets its status.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        using var body = await RequestBody.ReadAsync(context, CompletionRequest.Read);
        if (body is null)
        {
            return;
        }

        var (fields, request) = (body.Fields, body.Request);
        OpenAiLog.UnknownFields(logger, fields.Unknown);
        if (fields.Error is { } error || !(await generator.StartAsync(request.Text, context.RequestAborted)).TryGet(out var choices, out error))
        {
            await context.WriteErrorAsync(OpenAiErrors.From(error));
            return;
        }

        body.Dispose();
        using (choices)
        {
            var writer = new CompletionWriter(request, choices, time.GetUtcNow().ToUnixTimeSeconds());
            await answer.WriteAsync(
                context,
                choices,
                request.Stream.Stream,
                () => new CompletionChunkWriter(context.Response.BodyWriter, writer, choices, request.Echo, request.Stream.IncludeUsage),
                (json, texts) => writer.WriteWhole(json, texts));
        }
    }
}
