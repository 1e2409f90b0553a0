using LoopLM.Server.Generations;
using LoopLM.Server.OpenAi.Answers;
using LoopLM.Server.OpenAi.Errors;
using LoopLM.Server.OpenAi.Requests;

namespace LoopLM.Server.OpenAi.Chat;

/// <summary><c>POST /v1/chat/completions</c>.</summary>
internal sealed class ChatEndpoint(ReplyGenerator generator, GeneratedAnswer answer, TimeProvider time, ILogger<ChatEndpoint> logger)
{
    /// <summary>Answers a request. Nothing is written before its outcome is known: a refused or failed one gets its status.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        using var body = await RequestBody.ReadAsync(context, ChatRequest.Read);
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
            ChatReply[] replies = [.. Enumerable.Range(0, choices.Count).Select(_ => new ChatReply(format, request.Reply.IncludeReasoning))];
            var writer = new ChatWriter(request, choices, replies, time.GetUtcNow().ToUnixTimeSeconds());
            await answer.WriteAsync(
                context,
                choices,
                request.Stream.Stream,
                () => new ChatChunkWriter(context.Response.BodyWriter, writer, choices, replies, request.Stream.IncludeUsage),
                (json, texts) => writer.WriteWhole(json, texts));
        }
    }

    /// <summary>Names the field of a chat that stands for the one at fault.</summary>
    private static RequestError InTermsOf(ChatRequest request, RequestError error) => error.Renamed(error.Field switch
    {
        "prompt" => "messages",
        "max_tokens" => request.MaxTokensField ?? "messages",
        "logprobs" => "top_logprobs",
        var other => other,
    });
}
