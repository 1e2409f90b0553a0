using System.Text.Json;
using LoopLM.Server.Generations;
using LoopLM.Server.OpenAi.Requests;

namespace LoopLM.Server.OpenAi.Chat;

/// <summary>What is asked of a reply to a conversation, whatever the endpoint.</summary>
internal sealed record ReplyRequest
{
    private static readonly (string Name, string? Neutral)[] s_unsupported =
    [
        ("structured_outputs", null), ("guided_json", null), ("guided_regex", null), ("guided_choice", null), ("guided_grammar", null),
        ("use_beam_search", "false"), ("truncate_prompt_tokens", null), ("repetition_detection", null), ("prompt_logprobs", null), ("echo", "false"),
        ("documents", "[]"),
    ];

    /// <summary>How its text is generated; the prompt comes from the conversation.</summary>
    public required TextRequest Text { get; init; }

    public required ChatConversation Conversation { get; init; }

    /// <summary>How much thought it takes, one of <see cref="ReasoningEffort"/>'s words; null where the request does not say.</summary>
    public string? Effort { get; init; }

    /// <summary>What it is to look like, in the form of <c>response_format</c>; null for any text. Good as long as the body.</summary>
    public JsonElement? Format { get; init; }

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
            Text = GenerationFields.Read(fields),
            Conversation = conversation,
            SeparateReasoning = fields.Flag("separate_reasoning") ?? true,
            ReturnTokenIds = fields.Flag("return_token_ids") ?? false,
            TokensAsIds = fields.Flag("return_tokens_as_token_ids") ?? false,
        };
        UnsupportedFields.Refuse(fields, s_unsupported);
        return request;
    }
}
