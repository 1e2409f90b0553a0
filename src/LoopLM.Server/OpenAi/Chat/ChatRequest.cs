using LoopLM.Server.Generations;
using LoopLM.Server.OpenAi.Requests;

namespace LoopLM.Server.OpenAi.Chat;

/// <summary>The body of <c>POST /v1/chat/completions</c>: OpenAI's fields, vLLM's extensions, and the loop extensions.</summary>
internal sealed record ChatRequest
{
    private static readonly (string Name, string? Neutral)[] s_unsupported =
    [
        ("functions", "[]"), ("function_call", "\"none\""), ("modalities", "[\"text\"]"), ("audio", null), ("web_search_options", null),
    ];

    private static readonly string[] s_ignored = ["prediction", "verbosity", "moderation"];

    public required ReplyRequest Reply { get; init; }

    public StreamFields Stream { get; init; }

    /// <summary>The field by which the request limits its tokens; null where it does not.</summary>
    public string? MaxTokensField { get; init; }

    /// <summary>Reads a body. The first problem is left in <see cref="RequestFields.Error"/>.</summary>
    public static ChatRequest Read(RequestFields fields)
    {
        var reply = ReplyRequest.Read(fields, ChatConversation.Read(fields, ChatMessages.Read(fields), ChatTools.Read(fields))).HeldTo(OutputFormatFields.Read(fields));
        var (maxTokens, maxTokensField) = ReadMaxTokens(fields);
        var request = new ChatRequest
        {
            Reply = reply with
            {
                Text = reply.Text with { MaxTokens = maxTokens, Logprobs = ReadLogprobs(fields) },
                Effort = ReasoningEffort.Read(fields, "reasoning_effort"),
            },
            Stream = StreamFields.Read(fields),
            MaxTokensField = maxTokensField,
        };
        UnsupportedFields.Refuse(fields, s_unsupported);
        Array.ForEach(s_ignored, name => fields.Find(name));
        return request;
    }

    /// <summary>The newer name goes before the deprecated one.</summary>
    private static (int? Tokens, string? Field) ReadMaxTokens(RequestFields fields)
    {
        const string name = "max_completion_tokens";
        const string deprecated = "max_tokens";
        var (newer, older) = (fields.Integer(name), fields.Integer(deprecated));
        var field = newer is not null ? name : older is not null ? deprecated : null;
        if ((newer ?? older) is < 1 and var tokens)
        {
            fields.Report(RequestErrorKind.InvalidValue, field!, $"'{field}' is {tokens}; it must be 1 or more.");
        }

        return (newer ?? older, field);
    }

    private static int? ReadLogprobs(RequestFields fields)
    {
        const string name = "top_logprobs";
        var wanted = fields.Flag("logprobs") ?? false;
        var top = fields.Integer(name);
        if (top is not null && !wanted)
        {
            fields.Report(RequestErrorKind.InvalidValue, name, $"'{name}' needs 'logprobs' to be true.");
        }

        return wanted ? top ?? 0 : null;
    }
}
