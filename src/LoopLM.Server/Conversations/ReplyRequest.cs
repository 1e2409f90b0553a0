using LoopLM.Server.Errors;
using LoopLM.Server.Replies;
using LoopLM.Server.Rest.Requests;
using LoopLM.Server.TextGeneration;
using LoopLM.StructuredOutput;

namespace LoopLM.Server.Conversations;

/// <summary>What is asked of a reply to a conversation, whatever the endpoint.</summary>
internal sealed record ReplyRequest
{
    /// <summary>Most calls of tools where they are enforced and several are allowed.</summary>
    private const int MaxForcedCalls = 8;

    /// <summary>How its text is generated; the prompt comes from the conversation.</summary>
    public required TextRequest Text { get; init; }

    public required ChatConversation Conversation { get; init; }

    /// <summary>Whether thoughts are told apart from the answer, where the model marks them.</summary>
    public bool SeparateReasoning { get; init; }

    /// <summary>Whether the answer has the thoughts; they are left out of it where it has not.</summary>
    public bool IncludeReasoning { get; init; }

    /// <summary>Most tokens of a thought; null for any number.</summary>
    public int? ThoughtTokens { get; init; }

    /// <summary>Whether the answer carries token ids.</summary>
    public bool ReturnTokenIds { get; init; }

    /// <summary>Whether log-probabilities name tokens by id.</summary>
    public bool TokensAsIds { get; init; }

    /// <summary>Reads the fields that all endpoints for conversations have. The first problem is left in <see cref="RequestFields.Error"/>.</summary>
    /// <param name="fields">The body.</param>
    /// <param name="conversation">What was read of the conversation.</param>
    public static ReplyRequest Read(RequestFields fields, ChatConversation conversation)
    {
        var include = fields.Flag("include_reasoning") ?? true;
        return new ReplyRequest
        {
            // The one prompt is written once the model is known.
            Text = GenerationFields.Read(fields) with { Prompts = [default] },
            Conversation = conversation,
            SeparateReasoning = (fields.Flag("separate_reasoning") ?? true) || !include,
            IncludeReasoning = include,
            ThoughtTokens = ReadThoughtTokens(fields),
            ReturnTokenIds = fields.Flag("return_token_ids") ?? false,
            TokensAsIds = fields.Flag("return_tokens_as_token_ids") ?? false,
        };
    }

    private static int? ReadThoughtTokens(RequestFields fields)
    {
        const string name = "thinking_token_budget";
        var tokens = fields.Integer(name);
        if (tokens < -1)
        {
            fields.Report(RequestErrorKind.InvalidValue, name, $"'{name}' is {tokens}; it must be 0 or more, or -1 for no limit.");
        }
        else if (tokens >= 0 && fields.Flag("separate_reasoning") is false)
        {
            fields.Report(
                RequestErrorKind.InvalidValue, name, $"'{name}' needs 'separate_reasoning' to be true: thoughts that are not told apart are not counted.");
        }

        return tokens >= 0 ? tokens : null;
    }

    /// <summary>The same, held to a format, which counts for nothing where calls of tools are demanded.</summary>
    public ReplyRequest HeldTo(OutputFormat? format) =>
        this with
        {
            Text = Text with { Constraints = Text.Constraints with { Format = Conversation.Tools.Forced.Count == 0 ? format : null } },
        };

    /// <summary>What its text is held to.</summary>
    /// <param name="format">How the model writes calls and thoughts.</param>
    public OutputFormat? FormatFor(ReplyFormat format)
    {
        var tools = Conversation.Tools;
        var calls = tools.Forced.Count > 0 && format.Calls is { } written
            ? new OutputFormat("tools", new TextForm.Calls(tools.Forced, written.Syntax, tools.OneCall ? 1 : MaxForcedCalls))
            : Text.Constraints.Format;
        return calls is null ? null : calls with { Thought = format.Thought };
    }
}
