using System.Text;
using LoopLM.Server.Generations;
using LoopLM.Server.Hosting;
using LoopLM.Server.OpenAi.Errors;
using Microsoft.AspNetCore.Http.Features;
using Serilog;

namespace LoopLM.Server.OpenAi.Completions;

/// <summary><c>POST /v1/completions</c>.</summary>
internal sealed class CompletionEndpoint(
    TextGenerator generator, ServedModel model, TimeProvider time, IDiagnosticContext diagnostics, ILogger<CompletionEndpoint> logger)
{
    /// <summary>Answers a request. Nothing is written before its outcome is known: a refused or failed one gets its status.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        using var body = await RequestBody.ReadAsync(context);
        if (body is null)
        {
            return;
        }

        var fields = new RequestFields(body.RootElement);
        var request = CompletionRequest.Read(fields);
        OpenAiLog.UnknownFields(logger, fields.Unknown);
        if (fields.Error is { } error || !generator.TryStart(request.Text, out var text, out error))
        {
            await context.WriteErrorAsync(OpenAiErrors.From(error));
            return;
        }

        using (text)
        {
            try
            {
                await (request.Stream ? StreamAsync(context, request, text) : AnswerAsync(context, request, text));
            }
            catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
            {
                OpenAiLog.ClientGone(logger, text.CompletionTokens);
            }

            diagnostics.Set("PromptTokens", text.PromptTokens);
            diagnostics.Set("CompletionTokens", text.CompletionTokens);
            diagnostics.Set("MeanExitStep", text.MeanExitStep);
        }
    }

    private async Task AnswerAsync(HttpContext context, CompletionRequest request, TextGeneration text)
    {
        var (completion, tokens) = (new StringBuilder(), new List<TextEvent>());
        TextEvent next;
        while (!(next = await text.ReadAsync(context.RequestAborted)).IsEnd)
        {
            completion.Append(next.Text);
            tokens.Add(next);
        }

        if (next.Error is { } error)
        {
            await context.WriteErrorAsync(OpenAiErrors.From(error));
            return;
        }

        context.Response.ContentType = "application/json; charset=utf-8";
        using (var writer = CreateWriter(context))
        {
            writer.WriteWhole(completion.Append(next.Text).ToString(), tokens, next, text, request.Text.ReportGates);
        }

        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
    }

    private async Task StreamAsync(HttpContext context, CompletionRequest request, TextGeneration text)
    {
        var next = await text.ReadAsync(context.RequestAborted);
        if (next.Error is { } early)
        {
            await context.WriteErrorAsync(OpenAiErrors.From(early));
            return;
        }

        context.Response.ContentType = "text/event-stream; charset=utf-8";
        context.Response.Headers.CacheControl = "no-cache,no-store";
        context.Response.Headers["X-Accel-Buffering"] = "no";
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        using var writer = CreateWriter(context);
        while (true)
        {
            if (next.Error is { } error)
            {
                // Some clients read past an error event, so the response must not end as if it were complete. An exception makes the
                // server send what is written and then break off; aborting the connection could lose the event.
                writer.WriteErrorChunk(OpenAiErrors.From(error));
                await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
                throw new IOException($"The stream is broken off: {error.Message}");
            }

            writer.WriteChunk(next, request.Text.ReportGates, request.IncludeUsage);
            if (next.IsEnd)
            {
                break;
            }

            // What is there already goes out in one piece.
            if (!text.TryRead(out next))
            {
                await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
                next = await text.ReadAsync(context.RequestAborted);
            }
        }

        if (request.IncludeUsage)
        {
            writer.WriteUsageChunk(text);
        }

        writer.WriteDone();
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
    }

    private CompletionWriter CreateWriter(HttpContext context) =>
        new(context.Response.BodyWriter, $"cmpl-{Guid.NewGuid():N}", model.Name, time.GetUtcNow().ToUnixTimeSeconds());
}
