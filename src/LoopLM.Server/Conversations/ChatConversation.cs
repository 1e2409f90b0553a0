using System.Text.Json;
using LoopLM.Jinja;
using LoopLM.Server.Errors;
using LoopLM.Server.Rest.Requests;

namespace LoopLM.Server.Conversations;

/// <summary>What a request says of the prompt that a chat template is to write.</summary>
internal sealed record ChatConversation
{
    private const string ContinueName = "continue_final_message";
    private const string GenerationName = "add_generation_prompt";
    private const string VariablesName = "chat_template_kwargs";

    public required IReadOnlyList<ChatMessage> Messages { get; init; }

    public required ChatTools Tools { get; init; }

    /// <summary>Whether the prompt ends where the assistant's next message begins.</summary>
    public bool AddGenerationPrompt { get; init; }

    /// <summary>Whether the prompt ends with the last message, so that the model goes on writing it.</summary>
    public bool ContinueFinalMessage { get; init; }

    /// <summary>Whether that is so only because the last message is the assistant's; then the model answers it where its template cannot be cut there.</summary>
    public bool IsPrefilled { get; init; }

    /// <summary>How much thought it takes, one of <see cref="ReasoningEffort"/>'s words; null where the request does not say.</summary>
    public string? Effort { get; init; }

    /// <summary>Whether the tokenizer's template puts its special tokens around the prompt, which chat templates write themselves.</summary>
    public bool AddSpecialTokens { get; init; }

    /// <summary>Bytes of the body that it came in.</summary>
    public required int Length { get; init; }

    /// <summary>The template's variables that the request sets.</summary>
    public required IReadOnlyList<KeyValuePair<string, JinjaValue>> Variables { get; init; }

    /// <summary>Reads the fields that say how it is written. The first problem is left in <see cref="RequestFields.Error"/>.</summary>
    /// <param name="fields">The body.</param>
    /// <param name="messages">What was read of the messages.</param>
    /// <param name="tools">What was read of the tools.</param>
    /// <param name="effort">What was read of the effort of reasoning.</param>
    /// <param name="mayPrefill">Whether a last message of the assistant is the beginning of the answer, where the request does not say.</param>
    public static ChatConversation Read(RequestFields fields, IReadOnlyList<ChatMessage> messages, ChatTools tools, string? effort, bool mayPrefill)
    {
        var (asked, generation) = (fields.Flag(ContinueName), fields.Flag(GenerationName));
        var isPrefilled = mayPrefill && asked is null && generation is null && messages is [.., { Role: "assistant", Content.Length: > 0, Calls: null }];
        var continues = asked ?? isPrefilled;
        if (continues && generation is true)
        {
            fields.Report(RequestErrorKind.InvalidValue, ContinueName, $"'{ContinueName}' and '{GenerationName}' cannot both be true.");
        }

        if (continues && messages is [.., { Role: not "assistant" } last])
        {
            fields.Report(RequestErrorKind.InvalidValue, ContinueName, $"'{ContinueName}' is true, but the last message has the role {last.Role}; it must be the assistant's.");
        }

        return new ChatConversation
        {
            Messages = messages,
            Tools = tools,
            AddGenerationPrompt = generation ?? !continues,
            ContinueFinalMessage = continues,
            IsPrefilled = isPrefilled,
            Effort = effort,
            AddSpecialTokens = fields.Flag("add_special_tokens") ?? false,
            Length = fields.Length,
            Variables = ReadVariables(fields),
        };
    }

    private static List<KeyValuePair<string, JinjaValue>> ReadVariables(RequestFields fields)
    {
        var variables = new List<KeyValuePair<string, JinjaValue>>();
        if (fields.Object(VariablesName) is not { } kwargs)
        {
            return variables;
        }

        foreach (var property in kwargs.EnumerateObject())
        {
            if (property.Value.ValueKind is JsonValueKind.Object or JsonValueKind.Array)
            {
                fields.Report(
                    RequestErrorKind.InvalidType,
                    VariablesName,
                    $"'{VariablesName}' has {RequestFields.Describe(property.Value)} as {ClientWord.Quote(property.Name)}; it must hold strings, numbers, booleans and nulls only.");
            }
            else if (property.Value.ValueKind != JsonValueKind.String)
            {
                variables.Add(new(property.Name, JinjaValue.Of(property.Value)));
            }
            else if (fields.ReadText(VariablesName, property.Value) is { } text)
            {
                variables.Add(new(property.Name, JinjaValue.Of(text)));
            }
        }

        return variables;
    }
}
