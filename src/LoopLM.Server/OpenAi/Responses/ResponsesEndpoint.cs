using LoopLM.Server.Access;
using LoopLM.Server.Conversations;
using LoopLM.Server.Errors;
using LoopLM.Server.Rest;
using LoopLM.Server.Rest.Requests;

namespace LoopLM.Server.OpenAi.Responses;

/// <summary><c>POST /v1/responses</c>: conversations in OpenAI's newer form, without storage.</summary>
internal sealed class ResponsesEndpoint(RequestBodies bodies, ReplyGenerator replies, TimeProvider time, ILogger<ResponsesEndpoint> logger)
    : GenerationEndpoint<ResponseRequest, StartedReply>(bodies, logger)
{
    private static readonly FieldNames s_names = new(
        ("prompt", "input"), ("messages", "input"), ("max_tokens", "max_output_tokens"), ("logprobs", "top_logprobs"));

    protected override ResponseRequest Read(RequestFields fields) => ResponseRequest.Read(fields);

    protected override FieldNames NamesFor(ResponseRequest request) => s_names;

    protected override Task<Result<StartedReply>> StartAsync(ResponseRequest request, Caller caller, CancellationToken cancellation) =>
        replies.StartAsync(request.Reply, caller, cancellation);

    protected override Task AnswerAsync(HttpContext context, ResponseRequest request, StartedReply started)
    {
        var output = new ResponseOutput(started.Format, request.Reply.IncludeReasoning);
        var writer = new ResponseWriter(request, started.Choices, output, time);
        return WriteAsync(
            context,
            started.Choices,
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
