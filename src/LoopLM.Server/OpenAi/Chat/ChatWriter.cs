using System.Text.Json;
using LoopLM.Server.Conversations;
using LoopLM.Server.Replies;
using LoopLM.Server.Rest.Output;
using LoopLM.Server.TextGeneration;

namespace LoopLM.Server.OpenAi.Chat;

/// <summary>Writes chat completions and chunks of them: the one place that knows their form on the wire.</summary>
/// <param name="request">What was requested.</param>
/// <param name="choices">What is generated.</param>
/// <param name="replies">The same, separated.</param>
/// <param name="created">Unix time in seconds.</param>
internal sealed class ChatWriter(ChatRequest request, TextChoices choices, IReadOnlyList<ChatReply> replies, long created)
{
    private readonly string _id = $"chatcmpl-{Guid.NewGuid():N}";
    private readonly TokenText _texts = new(choices.Model.Tokenizer, request.Reply.TokensAsIds);

    /// <summary>Writes a whole completion.</summary>
    public void WriteWhole(Utf8JsonWriter json, IReadOnlyList<FinishedText> texts)
    {
        Start(json, "chat.completion"u8);
        json.WriteStartArray("choices"u8);
        for (var i = 0; i < texts.Count; i++)
        {
            TextEvent[] tokens = [.. texts[i].Tokens];
            List<ReplyPart> parts = [.. tokens.Append(texts[i].End).SelectMany(part => replies[i].Read(part))];
            json.WriteStartObject();
            json.WriteNumber("index"u8, i);
            WriteMessage(json, parts);
            WriteTokens(json, tokens);
            json.WriteFinish(texts[i].End, replies[i].CallsTools);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        WritePrompt(json);
        if (request.Reply.Text.Reports.PromptLogprobs is { } top)
        {
            json.WritePromptLogprobs(_texts, choices[0].Prompt.Span, choices[0].PromptLogprobs, top);
        }

        WriteUsageMember(json);
        json.WriteEndObject();
    }

    /// <summary>Writes the chunk that begins a choice.</summary>
    public void WriteRole(Utf8JsonWriter json, int index)
    {
        StartChunk(json, index);
        json.WriteStartObject("delta"u8);
        json.WriteString("role"u8, "assistant"u8);
        json.WriteString("content"u8, request.Echo ?? "");
        json.WriteEndObject();
        WriteTokens(json, []);
        json.WriteNull("finish_reason"u8);
        EndChunk(json, withPrompt: true);
    }

    /// <summary>Writes the chunk of what some tokens, or the end, decided.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="index">Which choice.</param>
    /// <param name="parts">What was decided, at least one part.</param>
    /// <param name="tokens">The tokens since the last chunk.</param>
    /// <param name="firstCall">Calls of tools that the choice had before.</param>
    public void WriteParts(Utf8JsonWriter json, int index, List<ReplyPart> parts, ReadOnlySpan<TextEvent> tokens, int firstCall)
    {
        StartChunk(json, index);
        json.WriteStartObject("delta"u8);
        WriteReasoning(json, parts);
        WriteText(json, "content"u8, ChatReply.Join(parts, ReplyPartKind.Content));
        WriteCalls(json, parts, firstCall);
        json.WriteEndObject();
        WriteTokens(json, tokens);
        json.WriteNull("finish_reason"u8);
        EndChunk(json);
    }

    /// <summary>Writes the chunk that ends a choice.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="index">Which choice.</param>
    /// <param name="end">How it ended.</param>
    /// <param name="tokens">The tokens since the last chunk, such as that which ended it.</param>
    public void WriteEnd(Utf8JsonWriter json, int index, in TextEvent end, ReadOnlySpan<TextEvent> tokens)
    {
        StartChunk(json, index);
        json.WriteStartObject("delta"u8);
        json.WriteEndObject();
        WriteTokens(json, tokens);
        json.WriteFinish(end, replies[index].CallsTools);
        EndChunk(json);
    }

    /// <summary>Writes the chunk that holds the usage and no choice.</summary>
    public void WriteUsage(Utf8JsonWriter json)
    {
        Start(json, "chat.completion.chunk"u8);
        json.WriteStartArray("choices"u8);
        json.WriteEndArray();
        WriteUsageMember(json);
        json.WriteEndObject();
    }

    private void WriteMessage(Utf8JsonWriter json, List<ReplyPart> parts)
    {
        var content = ChatReply.Join(parts, ReplyPartKind.Content);
        content = request.Echo is { } echo ? echo + content : content;
        var callsTools = parts.Exists(part => part.Kind == ReplyPartKind.ToolCall);
        json.WriteStartObject("message"u8);
        json.WriteString("role"u8, "assistant"u8);
        json.WriteString("content"u8, content ?? (callsTools ? null : ""));
        json.WriteNull("refusal"u8);
        WriteReasoning(json, parts);
        WriteCalls(json, parts, firstCall: null);
        json.WriteEndObject();
    }

    /// <summary>Clients look for reasoning under one of two names.</summary>
    private static void WriteReasoning(Utf8JsonWriter json, List<ReplyPart> parts)
    {
        var reasoning = ChatReply.Join(parts, ReplyPartKind.Reasoning);
        WriteText(json, "reasoning_content"u8, reasoning);
        WriteText(json, "reasoning"u8, reasoning);
    }

    private static void WriteText(Utf8JsonWriter json, ReadOnlySpan<byte> name, string? text)
    {
        if (text is not null)
        {
            json.WriteString(name, text);
        }
    }

    /// <summary>
    /// Calls carry their index in chunks only. A chunk with more arguments of a call that began before says nothing else of it.
    /// </summary>
    private static void WriteCalls(Utf8JsonWriter json, List<ReplyPart> parts, int? firstCall)
    {
        if (ChatReply.JoinCalls(parts) is not { Count: > 0 } calls)
        {
            return;
        }

        var index = firstCall - (calls[0].Name is null ? 1 : 0);
        json.WriteStartArray("tool_calls"u8);
        foreach (var call in calls)
        {
            json.WriteStartObject();
            if (index is not null)
            {
                json.WriteNumber("index"u8, index.Value);
                index++;
            }

            if (call.Name is not null)
            {
                json.WriteString("id"u8, call.Id);
                json.WriteString("type"u8, "function"u8);
            }

            json.WriteStartObject("function"u8);
            WriteText(json, "name"u8, call.Name);
            json.WriteString("arguments"u8, call.Text);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private void Start(Utf8JsonWriter json, ReadOnlySpan<byte> kind)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, _id);
        json.WriteString("object"u8, kind);
        json.WriteNumber("created"u8, created);
        json.WriteString("model"u8, choices.Model.Name);
        json.WriteString("system_fingerprint"u8, choices.Model.Fingerprint);
    }

    private void StartChunk(Utf8JsonWriter json, int index)
    {
        Start(json, "chat.completion.chunk"u8);
        json.WriteStartArray("choices"u8);
        json.WriteStartObject();
        json.WriteNumber("index"u8, index);
    }

    private void EndChunk(Utf8JsonWriter json, bool withPrompt = false)
    {
        json.WriteEndObject();
        json.WriteEndArray();
        if (withPrompt)
        {
            WritePrompt(json);
        }

        if (request.Stream.ContinuousUsage)
        {
            WriteUsageMember(json);
        }
        else if (request.Stream.IncludeUsage)
        {
            json.WriteNull("usage"u8);
        }

        json.WriteEndObject();
    }

    /// <summary>All choices have the same prompt.</summary>
    private void WritePrompt(Utf8JsonWriter json)
    {
        if (request.Reply.ReturnTokenIds)
        {
            json.WriteTokens("prompt_token_ids"u8, choices[0].Prompt.Span);
        }
    }

    private void WriteUsageMember(Utf8JsonWriter json) => json.WriteUsage(choices, replies.Sum(reply => reply.ReasoningTokens));

    private void WriteTokens(Utf8JsonWriter json, ReadOnlySpan<TextEvent> tokens)
    {
        if (request.Reply.Text.Reports.Logprobs is { } top)
        {
            ChatLogprobs.Write(json, choices.Model.Tokenizer, _texts, tokens, top);
        }
        else
        {
            json.WriteNull("logprobs"u8);
        }

        json.WriteLoops(tokens, request.Reply.Text, _texts);
        if (request.Reply.ReturnTokenIds)
        {
            json.WriteTokenIds(tokens);
        }
    }
}
