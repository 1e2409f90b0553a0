using System.Net.ServerSentEvents;
using System.Text.Json;
using LoopLM.Fuzz.Fuzzing;

namespace LoopLM.Fuzz.Targets.Server;

/// <summary>Reads what the server writes, by .NET's own readers of JSON and of server-sent events.</summary>
internal static class Events
{
    private const string Done = "[DONE]";

    private static readonly JsonDocumentOptions s_strict = new() { AllowDuplicateProperties = false };

    /// <summary>The values of a whole stream. It ends with <c>[DONE]</c>, or with a response that is complete.</summary>
    public static List<JsonElement> Read(byte[] stream)
    {
        FuzzException.Require(stream.AsSpan().EndsWith("\n\n"u8), "a stream ends after an event", $"{stream.Length} bytes");
        var events = SseParser.Create(new MemoryStream(stream)).Enumerate().ToList();
        var written = stream.AsSpan().Count("\n\n"u8);
        FuzzException.Require(
            events.Count == written, "an empty line ends each event and nothing else", $"{events.Count} events, {written} empty lines");
        var isDone = events[^1].Data == Done;
        FuzzException.Require(
            isDone || events[^1].EventType is "response.completed" or "response.incomplete", "a stream is complete", events[^1].Data);
        return [.. events.Take(isDone ? events.Count - 1 : events.Count)
            .Select(each => Parse(System.Text.Encoding.UTF8.GetBytes(each.Data)))];
    }

    /// <summary>A value whose names are unique.</summary>
    public static JsonElement Parse(byte[] json)
    {
        try
        {
            return JsonElement.Parse(json, s_strict);
        }
        catch (JsonException exception)
        {
            throw new FuzzException("answers are JSON with unique names", exception.Message);
        }
    }
}
