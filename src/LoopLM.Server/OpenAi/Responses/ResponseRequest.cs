using LoopLM.Server.Conversations;
using LoopLM.Server.Errors;
using LoopLM.Server.Rest.Requests;

namespace LoopLM.Server.OpenAi.Responses;

/// <summary>
/// The body of <c>POST /v1/responses</c>: OpenAI's fields as far as they need no storage, vLLM's extensions, and the loop extensions.
/// </summary>
internal sealed record ResponseRequest
{
    private const string LogprobsInclude = "message.output_text.logprobs";

    private static readonly string[] s_includes =
    [
        LogprobsInclude, "reasoning.encrypted_content", "message.input_image.image_url",
        "file_search_call.results", "web_search_call.results",
        "web_search_call.action.sources", "computer_call_output.output.image_url", "code_interpreter_call.outputs",
    ];

    public required ReplyRequest Reply { get; init; }

    /// <summary>Whether the answer comes event by event.</summary>
    public bool Stream { get; init; }

    /// <summary>What the response repeats of the request.</summary>
    public required ResponseEcho Echo { get; init; }

    /// <summary>Reads a body. The first problem is left in <see cref="RequestFields.Error"/>.</summary>
    public static ResponseRequest Read(RequestFields fields)
    {
        var tools = ChatTools.Read(fields, flat: true);
        var reply = ReplyRequest.Read(
            fields, ChatConversation.Read(fields, ResponseInput.Read(fields), tools, ReadEffort(fields), mayPrefill: false));
        var format = ResponseTextFields.Read(fields);
        reply = reply.HeldTo(format.Format);
        var (text, _) = GenerationFields.WithMaxTokens(reply.Text, fields, 1, "max_output_tokens");
        if (text.Choices != 1)
        {
            fields.Report(RequestErrorKind.Unsupported, "n",
                $"'n' is {text.Choices}; one answer is given here, so leave it out, or use /v1/chat/completions.");
        }

        var request = new ResponseRequest
        {
            Reply = reply with { Text = text with { Reports = text.Reports with { Logprobs = ReadLogprobs(fields) } } },
            Stream = StreamFields.Read(fields).Stream,
            Echo = ResponseEcho.Read(fields, format.Echo),
        };
        CheckTruncation(fields);
        UnreadFields.Check(fields, RequestKinds.Response);
        return request;
    }

    private static int? ReadLogprobs(RequestFields fields)
    {
        const string name = "top_logprobs";
        const string include = "include";
        var included = fields.Texts(include) ?? [];
        if (included.FirstOrDefault(entry => !s_includes.Contains(entry)) is { } unknown)
        {
            fields.Report(RequestErrorKind.InvalidValue, include,
                $"'{include}' has the entry {ClientWord.Quote(unknown)}, which is unknown; it may contain {LogprobsInclude}.");
        }

        var wanted = included.Contains(LogprobsInclude);
        var top = fields.Integer(name) ?? 0;
        if (top != 0 && !wanted)
        {
            fields.Report(RequestErrorKind.InvalidValue, name, $"'{name}' needs '{include}' to contain {LogprobsInclude}.");
        }

        return wanted ? top : null;
    }

    /// <summary>A summary may be requested; there is none, because reasoning comes in full.</summary>
    private static string? ReadEffort(RequestFields fields)
    {
        const string name = "reasoning";
        return fields.Object(name) is not { } reasoning ? null : fields.Nested(name, reasoning, each =>
        {
            each.Text("summary");
            each.Text("generate_summary");
            return ReasoningEffort.Read(each, "effort");
        });
    }

    /// <summary>Nothing is left out of an input: one that does not fit the context is refused, whatever is requested.</summary>
    private static void CheckTruncation(RequestFields fields)
    {
        const string name = "truncation";
        if (fields.Text(name) is not (null or "disabled" or "auto") and var other)
        {
            fields.Report(RequestErrorKind.InvalidValue, name, $"'{name}' is {ClientWord.Quote(other)}; it must be auto or disabled.");
        }
    }
}
