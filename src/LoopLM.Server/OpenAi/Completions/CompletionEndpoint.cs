using LoopLM.Server.Access;
using LoopLM.Server.Errors;
using LoopLM.Server.Rest;
using LoopLM.Server.Rest.Requests;
using LoopLM.Server.TextGeneration;

namespace LoopLM.Server.OpenAi.Completions;

/// <summary><c>POST /v1/completions</c>.</summary>
internal sealed class CompletionEndpoint(RequestBodies bodies, TextService texts, TimeProvider time, ILogger<CompletionEndpoint> logger)
    : GenerationEndpoint<CompletionRequest, TextChoices>(bodies, logger)
{
    protected override CompletionRequest Read(RequestFields fields) => CompletionRequest.Read(fields);

    protected override Task<Result<TextChoices>> StartAsync(CompletionRequest request, Caller caller, CancellationToken cancellation) =>
        texts.StartAsync(request.Text, caller, cancellation);

    protected override Task AnswerAsync(HttpContext context, CompletionRequest request, TextChoices started)
    {
        var writer = new CompletionWriter(request, started, time.GetUtcNow().ToUnixTimeSeconds());
        return WriteAsync(
            context,
            started,
            request.Stream.Stream,
            () => new CompletionChunkWriter(context.Response.BodyWriter, writer, started, request.Echo, request.Stream.IncludeUsage),
            writer.WriteWhole);
    }
}
