using System.Text.Json;
using LoopLM.Server.Generations;
using LoopLM.Server.OpenAi.Requests;

namespace LoopLM.Server.OpenAi.Chat;

/// <summary>The body of <c>POST /v1/chat/completions</c>: OpenAI's fields, vLLM's extensions, and the loop extensions.</summary>
internal sealed record ChatRequest
{
    private static readonly (string Name, string? Neutral)[] s_unsupported =
    [
        ("functions", "[]"), ("function_call", "\"none\""), ("modalities", "[\"text\"]"), ("audio", null), ("web_search_options", null),
        ("structured_outputs", null), ("guided_json", null), ("guided_regex", null), ("guided_choice", null), ("guided_grammar", null),
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

    /// <summary>What the answer is to look like; null for any text. Good as long as the body.</summary>
    public JsonElement? ResponseFormat { get; init; }

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
            Text = text with { MaxTokens = maxTokens, Logprobs = ReadLogprobs(fields) },
            Conversation = conversation,
            Stream = StreamFields.Read(fields),
            MaxTokensField = maxTokensField,
            ReasoningEffort = Chat.ReasoningEffort.Read(fields),
            ResponseFormat = fields.Find("response_format"),
            SeparateReasoning = fields.Flag("separate_reasoning") ?? true,
            ReturnTokenIds = fields.Flag("return_token_ids") ?? false,
            TokensAsIds = fields.Flag("return_tokens_as_token_ids") ?? false,
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
