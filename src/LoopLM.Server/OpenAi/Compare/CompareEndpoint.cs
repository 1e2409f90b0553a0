using LoopLM.Server.Configuration;
using LoopLM.Server.Generations;
using LoopLM.Server.OpenAi.Answers;
using LoopLM.Server.OpenAi.Errors;
using LoopLM.Server.OpenAi.Requests;
using Microsoft.Extensions.Options;

namespace LoopLM.Server.OpenAi.Compare;

/// <summary><c>POST /v1/loop/compare</c>: one prompt at several depths, side by side.</summary>
internal sealed class CompareEndpoint(TextGenerator generator, IOptions<LimitOptions> limits, TimeProvider time, ILogger<CompareEndpoint> logger)
{
    /// <summary>Answers a request. All depths are queued together, or none.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        using var body = await RequestBody.ReadAsync(context, fields => CompareRequest.Read(fields, limits.Value.MaxCompared));
        if (body is null)
        {
            return;
        }

        var (fields, request) = (body.Fields, body.Request);
        OpenAiLog.UnknownFields(logger, fields.Unknown);
        if (fields.Error is { } error || !(await generator.StartAsync(request.Texts, context.RequestAborted)).TryGet(out var choices, out error))
        {
            await context.WriteErrorAsync(OpenAiErrors.From(error));
            return;
        }

        body.Dispose();
        try
        {
            await AnswerAsync(context, request, choices);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            OpenAiLog.ClientGone(logger, choices.Sum(each => each.CompletionTokens));
        }
        finally
        {
            foreach (var each in choices)
            {
                each.Dispose();
            }
        }
    }

    private async Task AnswerAsync(HttpContext context, CompareRequest request, IReadOnlyList<TextChoices> choices)
    {
        var started = time.GetTimestamp();
        var answers = await Task.WhenAll(choices.Select(async each =>
        {
            var texts = await each.ReadToEndAsync(context.RequestAborted);
            return new ComparedAnswer(texts[0], time.GetElapsedTime(started));
        }));
        if (answers.Select(answer => answer.Text.End.Error).FirstOrDefault(error => error is not null) is { } failed)
        {
            await context.WriteErrorAsync(OpenAiErrors.From(failed));
            return;
        }

        var writer = new CompareWriter(request, choices, answers);
        await context.WriteJsonAsync(json => writer.Write(json, time.GetUtcNow().ToUnixTimeSeconds()));
    }
}
