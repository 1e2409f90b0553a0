using LoopLM.Server.Access;
using LoopLM.Server.Configuration;
using LoopLM.Server.Errors;
using LoopLM.Server.Rest;
using LoopLM.Server.Rest.Errors;
using LoopLM.Server.Rest.Output;
using LoopLM.Server.Rest.Requests;
using LoopLM.Server.TextGeneration;
using Microsoft.Extensions.Options;

namespace LoopLM.Server.Loop.Compare;

/// <summary><c>POST /v1/loop/compare</c>: one prompt at several depths, side by side. All depths are queued together, or none.</summary>
internal sealed class CompareEndpoint(
    RequestBodies bodies, TextService texts, IOptions<LimitOptions> limits, TimeProvider time, ILogger<CompareEndpoint> logger)
    : GenerationEndpoint<CompareRequest, StartedComparison>(bodies, logger)
{
    protected override CompareRequest Read(RequestFields fields) => CompareRequest.Read(fields, limits.Value.MaxCompared);

    protected override async Task<Result<StartedComparison>> StartAsync(
        CompareRequest request, Caller caller, CancellationToken cancellation)
    {
        var started = await texts.StartAsync(request.Texts, caller, cancellation);
        return started.TryGet(out var choices, out var error) ? new StartedComparison(choices) : error;
    }

    protected override async Task AnswerAsync(HttpContext context, CompareRequest request, StartedComparison started)
    {
        var begun = time.GetTimestamp();
        var answers = await Task.WhenAll(started.Choices.Select(async each =>
        {
            var finished = await each.ReadToEndAsync(context.RequestAborted);
            return new ComparedAnswer(finished[0], time.GetElapsedTime(begun));
        }));
        if (answers.Select(answer => answer.Text.End.Error).FirstOrDefault(error => error is not null) is { } failed)
        {
            await context.WriteErrorAsync(OpenAiErrors.From(failed));
            return;
        }

        var writer = new CompareWriter(request, started.Choices, answers);
        await context.WriteJsonAsync(json => writer.Write(json, time.GetUtcNow().ToUnixTimeSeconds()));
    }
}
