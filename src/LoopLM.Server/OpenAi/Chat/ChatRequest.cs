using LoopLM.Server.Generations;
using LoopLM.Server.OpenAi.Requests;
using LoopLM.Text.Constraints;

namespace LoopLM.Server.OpenAi.Chat;

/// <summary>The body of <c>POST /v1/chat/completions</c>: OpenAI's fields, vLLM's extensions, and the loop extensions.</summary>
internal sealed record ChatRequest
{
    /// <summary>Most calls of tools where they are enforced and several are allowed.</summary>
    private const int MaxForcedCalls = 8;

    private static readonly (string Name, string? Neutral)[] s_unsupported =
    [
        ("functions", "[]"), ("function_call", "\"none\""), ("modalities", "[\"text\"]"), ("audio", null), ("web_search_options", null),
        ("use_beam_search", "false"), ("truncate_prompt_tokens", null), ("repetition_detection", null), ("prompt_logprobs", null), ("echo", "false"),
        ("documents", "[]"),
    ];

    private static readonly string[] s_ignored = ["prediction", "verbosity", "moderation"];

    public required TextRequest Text { get; init; }

    public required ChatConversation Conversation { get; init; }

    public StreamFields Stream { get; init; }

    /// <summary>The field by which the request limits its tokens; null where it does not.</summary>
    public string? MaxTokensField { get; init; }

    public string? ReasoningEffort { get; init; }

    /// <summary>Whether thoughts are told apart from the answer, where the model marks them.</summary>
    public bool SeparateReasoning { get; init; }

    /// <summary>Whether choices carry their token ids.</summary>
    public bool ReturnTokenIds { get; init; }

    /// <summary>Whether log-probabilities name tokens by id.</summary>
    public bool TokensAsIds { get; init; }

    /// <summary>Reads a body. The first problem is left in <see cref="RequestFields.Error"/>.</summary>
    public static ChatRequest Read(RequestFields fields)
    {
        var conversation = ChatConversation.Read(fields);
        var text = GenerationFields.Read(fields);
        var (maxTokens, maxTokensField) = ReadMaxTokens(fields);
        var request = new ChatRequest
        {
            Text = text with
            {
                // The one prompt is written once the model is known.
                Prompts = [default],
                MaxTokens = maxTokens,
                Logprobs = ReadLogprobs(fields),
                Format = ReadFormat(fields, conversation.Tools),
            },
            Conversation = conversation,
            Stream = StreamFields.Read(fields),
            MaxTokensField = maxTokensField,
            ReasoningEffort = Chat.ReasoningEffort.Read(fields),
            SeparateReasoning = fields.Flag("separate_reasoning") ?? true,
            ReturnTokenIds = fields.Flag("return_token_ids") ?? false,
            TokensAsIds = fields.Flag("return_tokens_as_token_ids") ?? false,
        };
        UnsupportedFields.Refuse(fields, s_unsupported);
        Array.ForEach(s_ignored, name => fields.Find(name));
        return request;
    }

    /// <summary>What the request holds the answer to: calls of tools, a format, or nothing.</summary>
    private static OutputFormat? ReadFormat(RequestFields fields, ChatTools tools)
    {
        var format = OutputFormatFields.Read(fields);
        if (tools.Forced.Count == 0)
        {
            return format;
        }

        if (format is not null)
        {
            fields.Report(RequestErrorKind.InvalidValue, format.Field, $"'{format.Field}' and a 'tool_choice' that demands a call exclude each other.");
        }

        return new("tools", new TextForm.Calls(tools.Forced, ReplyFormat.CallSyntax, tools.OneCall ? 1 : MaxForcedCalls));
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
