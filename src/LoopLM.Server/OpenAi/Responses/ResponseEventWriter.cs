using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;
using LoopLM.Server.Replies;
using LoopLM.Server.Rest.Errors;
using LoopLM.Server.Rest.Output;
using LoopLM.Server.TextGeneration;

namespace LoopLM.Server.OpenAi.Responses;

/// <summary>Writes a streamed response: events with names and numbers, from the response's creation to its end.</summary>
internal sealed class ResponseEventWriter(IBufferWriter<byte> target, ResponseWriter writer, ResponseOutput output)
    : IChunkWriter, IOutputObserver
{
    private readonly EventWriter _events = new(target);
    private int _sequence;

    private Utf8JsonWriter Json => _events.Json;

    public void WritePart(int index, in TextEvent part)
    {
        if (_sequence == 0)
        {
            WriteResponse("response.created"u8);
            WriteResponse("response.in_progress"u8);
        }

        output.Read(part, this);
    }

    public void WriteEnd() =>
        WriteResponse(writer.Status() == ResponseStatus.Incomplete ? "response.incomplete"u8 : "response.completed"u8);

    /// <summary>
    /// Writes an error, with the members of OpenAI's schema and the object that OpenAI's clients look for, and the failed response.
    /// </summary>
    public void WriteError(OpenAiError error)
    {
        output.BreakOff();
        Start("error"u8);
        Json.WriteString("code"u8, error.Code);
        Json.WriteString("message"u8, error.Message);
        Json.WriteString("param"u8, error.Param);
        Json.WriteError(error);
        End();
        WriteResponse("response.failed"u8, error);
    }

    public void Begin(OutputItem item)
    {
        StartOf("response.output_item.added"u8, item);
        WriteItem(item);
        End();
        if (item.Kind != ReplyPartKind.ToolCall)
        {
            WritePart("response.content_part.added"u8, item);
        }
    }

    public void Grow(OutputItem item, string delta, ReadOnlySpan<TextEvent> tokens, ReadOnlySpan<TextEvent> textTokens)
    {
        StartWithin(item.Kind switch
        {
            ReplyPartKind.Reasoning => "response.reasoning_text.delta"u8,
            ReplyPartKind.Content => "response.output_text.delta"u8,
            _ => "response.function_call_arguments.delta"u8,
        }, item);
        Json.WriteString("delta"u8, delta);
        if (item.Kind == ReplyPartKind.Content)
        {
            writer.WriteLogprobs(Json, textTokens);
        }

        writer.WriteTokens(Json, tokens);
        End();
    }

    void IOutputObserver.End(OutputItem item)
    {
        var text = item.Text.ToString();
        switch (item.Kind)
        {
            case ReplyPartKind.Reasoning:
                StartWithin("response.reasoning_text.done"u8, item);
                Json.WriteString("text"u8, text);
                break;
            case ReplyPartKind.Content:
                StartWithin("response.output_text.done"u8, item);
                Json.WriteString("text"u8, text);
                writer.WriteLogprobs(Json, CollectionsMarshal.AsSpan(item.Tokens));
                break;
            default:
                StartWithin("response.function_call_arguments.done"u8, item);
                Json.WriteString("name"u8, item.Name);
                Json.WriteString("arguments"u8, text);
                break;
        }

        End();
        if (item.Kind != ReplyPartKind.ToolCall)
        {
            WritePart("response.content_part.done"u8, item);
        }

        StartOf("response.output_item.done"u8, item);
        WriteItem(item);
        End();
    }

    public void Dispose() => _events.Dispose();

    private void WriteResponse(ReadOnlySpan<byte> type, OpenAiError? error = null)
    {
        Start(type);
        Json.WritePropertyName("response"u8);
        writer.WriteResponse(Json, error);
        End();
    }

    private void WriteItem(OutputItem item)
    {
        Json.WritePropertyName("item"u8);
        writer.WriteItem(Json, item);
    }

    private void WritePart(ReadOnlySpan<byte> type, OutputItem item)
    {
        StartWithin(type, item);
        Json.WritePropertyName("part"u8);
        writer.WritePart(Json, item);
        End();
    }

    /// <summary>Starts an event about what an item has within.</summary>
    private void StartWithin(ReadOnlySpan<byte> type, OutputItem item)
    {
        StartOf(type, item);
        Json.WriteString("item_id"u8, item.Id);
        if (item.Kind != ReplyPartKind.ToolCall)
        {
            Json.WriteNumber("content_index"u8, 0);
        }
    }

    private void StartOf(ReadOnlySpan<byte> type, OutputItem item)
    {
        Start(type);
        Json.WriteNumber("output_index"u8, item.Index);
    }

    private void Start(ReadOnlySpan<byte> type)
    {
        _events.Start(type);
        Json.WriteStartObject();
        Json.WriteString("type"u8, type);
        Json.WriteNumber("sequence_number"u8, _sequence++);
    }

    private void End()
    {
        Json.WriteEndObject();
        _events.End();
    }
}
