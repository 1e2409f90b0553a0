using LoopLM.Server.Conversations;
using LoopLM.Server.Errors;
using LoopLM.Server.Rest.Requests;

namespace LoopLM.Server.OpenAi.Chat;

/// <summary>The body of <c>POST /v1/chat/completions</c>: OpenAI's fields, vLLM's extensions, and the loop extensions.</summary>
internal sealed record ChatRequest
{
    public required ReplyRequest Reply { get; init; }

    public StreamFields Stream { get; init; }

    /// <summary>The field by which the request limits its tokens; null where it does not.</summary>
    public string? MaxTokensField { get; init; }

    /// <summary>The last message where the answer is to begin with it; null where it is not.</summary>
    public string? Echo { get; init; }

    /// <summary>Reads a body. The first problem is left in <see cref="RequestFields.Error"/>.</summary>
    public static ChatRequest Read(RequestFields fields)
    {
        var messages = ChatMessages.Read(fields);
        var conversation = ChatConversation.Read(
            fields, messages, ChatTools.Read(fields), ReasoningEffort.Read(fields, "reasoning_effort"), mayPrefill: true);
        var reply = ReplyRequest.Read(fields, conversation).HeldTo(OutputFormatFields.Read(fields));
        var (text, maxTokensField) = GenerationFields.WithMaxTokens(
            reply.Text, fields, 1, "max_completion_tokens", "max_tokens", "n_predict");
        var stream = StreamFields.Read(fields);
        var request = new ChatRequest
        {
            Reply = reply with
            {
                Text = text with
                {
                    Reports = text.Reports with
                    {
                        Logprobs = ReadLogprobs(fields),
                        PromptLogprobs = GenerationFields.ReadPromptLogprobs(fields, stream.Stream),
                    },
                },
            },
            Stream = stream,
            MaxTokensField = maxTokensField,
            Echo = fields.Flag("echo") is true && messages is [.., { Role: "assistant" } last] ? last.Content : null,
        };
        UnreadFields.Check(fields, RequestKinds.Chats);
        return request;
    }

    private static int? ReadLogprobs(RequestFields fields)
    {
        const string name = "top_logprobs";
        var wanted = fields.Flag("logprobs") ?? false;
        var top = fields.Integer(name) ?? 0;
        if (top != 0 && !wanted)
        {
            fields.Report(RequestErrorKind.InvalidValue, name, $"'{name}' is {top}; it needs 'logprobs' to be true.");
        }

        return wanted ? top : null;
    }
}
