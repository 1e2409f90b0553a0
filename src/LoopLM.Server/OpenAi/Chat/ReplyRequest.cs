using LoopLM.Server.Generations;
using LoopLM.Server.OpenAi.Requests;
using LoopLM.Text.Constraints;

namespace LoopLM.Server.OpenAi.Chat;

/// <summary>What is asked of a reply to a conversation, whatever the endpoint.</summary>
internal sealed record ReplyRequest
{
    /// <summary>Most calls of tools where they are enforced and several are allowed.</summary>
    private const int MaxForcedCalls = 8;

    private static readonly (string Name, string? Neutral)[] s_unsupported =
    [
        ("use_beam_search", "false"), ("truncate_prompt_tokens", null), ("repetition_detection", null), ("prompt_logprobs", null), ("echo", "false"),
        ("documents", "[]"),
    ];

    /// <summary>How its text is generated; the prompt comes from the conversation.</summary>
    public required TextRequest Text { get; init; }

    public required ChatConversation Conversation { get; init; }

    /// <summary>How much thought it takes, one of <see cref="ReasoningEffort"/>'s words; null where the request does not say.</summary>
    public string? Effort { get; init; }

    /// <summary>Whether thoughts are told apart from the answer, where the model marks them.</summary>
    public bool SeparateReasoning { get; init; }

    /// <summary>Whether the answer carries token ids.</summary>
    public bool ReturnTokenIds { get; init; }

    /// <summary>Whether log-probabilities name tokens by id.</summary>
    public bool TokensAsIds { get; init; }

    /// <summary>Reads the fields that all endpoints for conversations have. The first problem is left in <see cref="RequestFields.Error"/>.</summary>
    /// <param name="fields">The body.</param>
    /// <param name="conversation">What was read of the conversation.</param>
    public static ReplyRequest Read(RequestFields fields, ChatConversation conversation)
    {
        var request = new ReplyRequest
        {
            // The one prompt is written once the model is known.
            Text = GenerationFields.Read(fields) with { Prompts = [default] },
            Conversation = conversation,
            SeparateReasoning = fields.Flag("separate_reasoning") ?? true,
            ReturnTokenIds = fields.Flag("return_token_ids") ?? false,
            TokensAsIds = fields.Flag("return_tokens_as_token_ids") ?? false,
        };
        UnsupportedFields.Refuse(fields, s_unsupported);
        return request;
    }

    /// <summary>The same, held to calls of tools where those are demanded, else to a format. A problem is left in <see cref="RequestFields.Error"/>.</summary>
    public ReplyRequest HeldTo(OutputFormat? format, RequestFields fields)
    {
        var tools = Conversation.Tools;
        if (tools.Forced.Count == 0)
        {
            return this with { Text = Text with { Format = format } };
        }

        if (format is not null)
        {
            fields.Report(RequestErrorKind.InvalidValue, format.Field, $"'{format.Field}' and a 'tool_choice' that demands a call exclude each other.");
        }

        var calls = new TextForm.Calls(tools.Forced, ReplyFormat.CallSyntax, tools.OneCall ? 1 : MaxForcedCalls);
        return this with { Text = Text with { Format = new("tools", calls) } };
    }
}
