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

    /// <summary>The same, held to a format, which counts for nothing where calls of tools are demanded.</summary>
    public ReplyRequest HeldTo(OutputFormat? format) =>
        this with { Text = Text with { Format = Conversation.Tools.Forced.Count == 0 ? format : null } };

    /// <summary>What its text is held to.</summary>
    /// <param name="format">How the model writes calls and thoughts.</param>
    public OutputFormat? FormatFor(ReplyFormat format)
    {
        var tools = Conversation.Tools;
        var calls = tools.Forced.Count > 0 && format.Calls is { } written
            ? new OutputFormat("tools", new TextForm.Calls(tools.Forced, written.Syntax, tools.OneCall ? 1 : MaxForcedCalls))
            : Text.Format;
        return calls is null ? null : calls with { Thought = format.Thought };
    }
}
