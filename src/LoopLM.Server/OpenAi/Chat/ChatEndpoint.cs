using LoopLM.Server.Access;
using LoopLM.Server.Conversations;
using LoopLM.Server.Errors;
using LoopLM.Server.Rest;
using LoopLM.Server.Rest.Requests;

namespace LoopLM.Server.OpenAi.Chat;

/// <summary><c>POST /v1/chat/completions</c>.</summary>
internal sealed class ChatEndpoint(RequestBodies bodies, ReplyGenerator replies, TimeProvider time, ILogger<ChatEndpoint> logger)
    : GenerationEndpoint<ChatRequest, StartedReply>(bodies, logger)
{
    protected override ChatRequest Read(RequestFields fields) => ChatRequest.Read(fields);

    protected override FieldNames NamesFor(ChatRequest request) =>
        new(("prompt", "messages"), ("max_tokens", request.MaxTokensField ?? "max_tokens"), ("logprobs", "top_logprobs"));

    protected override Task<Result<StartedReply>> StartAsync(ChatRequest request, Caller caller, CancellationToken cancellation) =>
        replies.StartAsync(request.Reply, caller, cancellation);

    protected override Task AnswerAsync(HttpContext context, ChatRequest request, StartedReply started)
    {
        var (choices, format) = started;
        ChatReply[] all = [.. Enumerable.Range(0, choices.Count).Select(_ => new ChatReply(format, request.Reply.IncludeReasoning))];
        var writer = new ChatWriter(request, choices, all, time.GetUtcNow().ToUnixTimeSeconds());
        return WriteAsync(
            context,
            choices,
            request.Stream.Stream,
            () => new ChatChunkWriter(context.Response.BodyWriter, writer, choices, all, request.Stream.IncludeUsage),
            writer.WriteWhole);
    }
}
