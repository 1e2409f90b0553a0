using System.Runtime.InteropServices;
using System.Text.Json;
using LoopLM.Server.Conversations;
using LoopLM.Server.Replies;
using LoopLM.Server.Rest.Errors;
using LoopLM.Server.Rest.Output;
using LoopLM.Server.TextGeneration;

namespace LoopLM.Server.OpenAi.Responses;

/// <summary>Writes a response and the items of its output: the one place that knows their form on the wire.</summary>
/// <param name="request">What was requested.</param>
/// <param name="choices">The one choice that is generated.</param>
/// <param name="output">What has come of it.</param>
/// <param name="time">Tells when the response is created and completed.</param>
internal sealed class ResponseWriter(ResponseRequest request, TextChoices choices, ResponseOutput output, TimeProvider time)
{
    private readonly string _id = $"resp_{Guid.NewGuid():N}";
    private readonly long _created = time.GetUtcNow().ToUnixTimeSeconds();
    private readonly TokenText _texts = new(choices.Model.Tokenizer, request.Reply.TokensAsIds);

    private TextRequest Text => request.Reply.Text;

    /// <summary>Writes the response as far as it has come; the items of its output once there will be no more.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="error">Why it has failed; null where it has not.</param>
    public void WriteResponse(Utf8JsonWriter json, OpenAiError? error = null)
    {
        var status = Status(error);
        json.WriteStartObject();
        json.WriteString("id"u8, _id);
        json.WriteString("object"u8, "response"u8);
        json.WriteNumber("created_at"u8, _created);
        json.WriteString("status"u8, Word(status));
        json.WriteBoolean("background"u8, false);
        if (status == ResponseStatus.Completed)
        {
            json.WriteNumber("completed_at"u8, time.GetUtcNow().ToUnixTimeSeconds());
        }

        WriteError(json, error);
        WriteIncompleteDetails(json, status);
        WriteEcho(json);
        json.WriteStartArray("output"u8);
        foreach (var item in status == ResponseStatus.InProgress ? [] : output.Items)
        {
            WriteItem(json, item);
        }

        json.WriteEndArray();
        if (status != ResponseStatus.InProgress)
        {
            WriteUsage(json);
        }

        json.WriteString("system_fingerprint"u8, choices.Model.Fingerprint);
        if (output.End is { } end)
        {
            WriteTokens(json, output.Tokens);
            if (request.Reply.ReturnTokenIds)
            {
                json.WriteTokens("prompt_token_ids"u8, choices[0].Prompt.Span);
            }

            json.WriteStopReason(end);
        }

        json.WriteEndObject();
    }

    /// <summary>Writes an item; one in progress has no content yet.</summary>
    public void WriteItem(Utf8JsonWriter json, OutputItem item)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, item.Id);
        json.WriteString("type"u8, item.Kind switch
        {
            ReplyPartKind.Reasoning => "reasoning"u8,
            ReplyPartKind.Content => "message"u8,
            _ => "function_call"u8,
        });
        json.WriteString("status"u8, Word(item.Status));
        if (item.Kind == ReplyPartKind.ToolCall)
        {
            json.WriteString("call_id"u8, item.CallId);
            json.WriteString("name"u8, item.Name);
            json.WriteString("arguments"u8, item.Text.ToString());
            json.WriteEndObject();
            return;
        }

        if (item.Kind == ReplyPartKind.Reasoning)
        {
            json.WriteStartArray("summary"u8);
            json.WriteEndArray();
        }
        else
        {
            json.WriteString("role"u8, "assistant"u8);
        }

        json.WriteStartArray("content"u8);
        if (item.Status != ResponseStatus.InProgress)
        {
            WritePart(json, item);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>Writes the one part of reasoning's or a message's content.</summary>
    public void WritePart(Utf8JsonWriter json, OutputItem item)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, item.Kind == ReplyPartKind.Reasoning ? "reasoning_text"u8 : "output_text"u8);
        json.WriteString("text"u8, item.Text.ToString());
        if (item.Kind == ReplyPartKind.Content)
        {
            json.WriteStartArray("annotations"u8);
            json.WriteEndArray();
            WriteLogprobs(json, CollectionsMarshal.AsSpan(item.Tokens));
        }

        json.WriteEndObject();
    }

    /// <summary>Writes <c>logprobs</c> of a message's tokens; an empty list where they were not requested.</summary>
    public void WriteLogprobs(Utf8JsonWriter json, ReadOnlySpan<TextEvent> tokens) =>
        ChatLogprobs.WriteTokens(
            json, "logprobs"u8, choices.Model.Tokenizer, _texts, Text.Reports.Logprobs is null ? [] : tokens, Text.Reports.Logprobs ?? 0);

    /// <summary>Writes the members that stand for each token: exit steps and what else was requested.</summary>
    public void WriteTokens(Utf8JsonWriter json, ReadOnlySpan<TextEvent> tokens)
    {
        json.WriteLoops(tokens, Text, _texts);
        if (request.Reply.ReturnTokenIds)
        {
            json.WriteTokenIds(tokens);
        }
    }

    /// <summary>How far the response has come.</summary>
    /// <param name="error">Why it has failed; null where it has not.</param>
    public ResponseStatus Status(OpenAiError? error = null) =>
        error is not null ? ResponseStatus.Failed
        : output.End is not { } end ? ResponseStatus.InProgress
        : end.FinishReason == TextFinishReason.Length ? ResponseStatus.Incomplete
        : ResponseStatus.Completed;

    private static ReadOnlySpan<byte> Word(ResponseStatus status) => status switch
    {
        ResponseStatus.InProgress => "in_progress"u8,
        ResponseStatus.Completed => "completed"u8,
        ResponseStatus.Incomplete => "incomplete"u8,
        _ => "failed"u8,
    };

    private static void WriteError(Utf8JsonWriter json, OpenAiError? error)
    {
        if (error is null)
        {
            json.WriteNull("error"u8);
            return;
        }

        json.WriteStartObject("error"u8);
        json.WriteString("code"u8, "server_error"u8);
        json.WriteString("message"u8, error.Message);
        json.WriteEndObject();
    }

    private static void WriteIncompleteDetails(Utf8JsonWriter json, ResponseStatus status)
    {
        if (status != ResponseStatus.Incomplete)
        {
            json.WriteNull("incomplete_details"u8);
            return;
        }

        json.WriteStartObject("incomplete_details"u8);
        json.WriteString("reason"u8, "max_output_tokens"u8);
        json.WriteEndObject();
    }

    private void WriteEcho(Utf8JsonWriter json)
    {
        var echo = request.Echo;
        json.WriteString("model"u8, choices.Model.Name);
        json.WriteString("instructions"u8, echo.Instructions);
        WriteRaw(json, "metadata"u8, echo.Metadata);
        json.WriteNull("previous_response_id"u8);
        json.WriteBoolean("store"u8, false);
        json.WriteString("truncation"u8, "disabled"u8);
        if (Text.MaxTokens is { } most)
        {
            json.WriteNumber("max_output_tokens"u8, most);
        }
        else
        {
            json.WriteNull("max_output_tokens"u8);
        }

        var sampling = Text.Sampling.Over(choices.Model.SamplingDefaults.Settings);
        json.WriteNumber("temperature"u8, sampling.Temperature ?? 0);
        json.WriteNumber("top_p"u8, sampling.TopP ?? 1);
        json.WriteNumber("top_logprobs"u8, Text.Reports.Logprobs ?? 0);
        json.WriteStartObject("reasoning"u8);
        json.WriteString("effort"u8, request.Reply.Conversation.Effort);
        json.WriteNull("summary"u8);
        json.WriteEndObject();
        json.WriteStartObject("text"u8);
        WriteRaw(json, "format"u8, echo.TextFormat);
        json.WriteEndObject();
        WriteRaw(json, "tools"u8, echo.Tools);
        WriteRaw(json, "tool_choice"u8, echo.ToolChoice);
        json.WriteBoolean("parallel_tool_calls"u8, !request.Reply.Conversation.Tools.OneCall);
    }

    private static void WriteRaw(Utf8JsonWriter json, ReadOnlySpan<byte> name, byte[] value)
    {
        json.WritePropertyName(name);
        json.WriteRawValue(value, skipInputValidation: true);
    }

    private void WriteUsage(Utf8JsonWriter json)
    {
        json.WriteStartObject("usage"u8);
        json.WriteNumber("input_tokens"u8, choices.PromptTokens);
        json.WriteCached("input_tokens_details"u8, choices);
        json.WriteNumber("output_tokens"u8, choices.CompletionTokens);
        json.WriteStartObject("output_tokens_details"u8);
        json.WriteNumber("reasoning_tokens"u8, output.ReasoningTokens);
        json.WriteEndObject();
        json.WriteNumber("total_tokens"u8, choices.PromptTokens + choices.CompletionTokens);
        json.WriteDepth(choices);
        json.WriteEndObject();
    }
}
