using LoopLM.Server.Generations;
using LoopLM.Server.OpenAi.Answers;
using LoopLM.Server.OpenAi.Chat;
using LoopLM.Server.OpenAi.Errors;
using LoopLM.Server.OpenAi.Requests;

namespace LoopLM.Server.OpenAi.Responses;

/// <summary><c>POST /v1/responses</c>: conversations in OpenAI's newer form, without storage.</summary>
internal sealed class ResponsesEndpoint(ReplyGenerator generator, GeneratedAnswer answer, TimeProvider time, ILogger<ResponsesEndpoint> logger)
{
    /// <summary>Answers a request. Nothing is written before its outcome is known: a refused or failed one gets its status.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        using var body = await RequestBody.ReadAsync(context, ResponseRequest.Read);
        if (body is null)
        {
            return;
        }

        var (fields, request) = (body.Fields, body.Request);
        OpenAiLog.UnknownFields(logger, fields.Unknown);
        if (fields.Error is { } error || !(await generator.StartAsync(request.Reply, context.RequestAborted)).TryGet(out var started, out error))
        {
            await context.WriteErrorAsync(OpenAiErrors.From(fields.Error ?? InTermsOf(request, error)));
            return;
        }

        var (choices, format) = started;
        body.Dispose();
        using (choices)
        {
            var output = new ResponseOutput(format, request.Reply.IncludeReasoning);
            var writer = new ResponseWriter(request, choices, output, time);
            await answer.WriteAsync(
                context,
                choices,
                request.Stream,
                () => new ResponseEventWriter(context.Response.BodyWriter, writer, output),
                (json, texts) =>
                {
                    foreach (var part in texts[0].Tokens.Append(texts[0].End))
                    {
                        output.Read(part);
                    }

                    writer.WriteResponse(json);
                });
        }
    }

    /// <summary>Names the field of this endpoint that stands for the one at fault.</summary>
    private static RequestError InTermsOf(ResponseRequest request, RequestError error) => error.Renamed(error.Field switch
    {
        "prompt" or "messages" => "input",
        "max_tokens" => request.Reply.Text.MaxTokens is null ? "input" : "max_output_tokens",
        "logprobs" => "top_logprobs",
        var other => other,
    });
}
