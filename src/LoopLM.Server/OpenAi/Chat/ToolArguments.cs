using System.Text.Json;
using LoopLM.Text.Jinja;

namespace LoopLM.Server.OpenAi.Chat;

/// <summary>The arguments of a tool call, which travel as the text of a JSON object.</summary>
internal static class ToolArguments
{
    private static readonly JsonDocumentOptions s_strict = new() { MaxDepth = 64, AllowDuplicateProperties = false };

    /// <summary>The arguments as data; null where the text is no JSON object.</summary>
    public static JinjaValue? Read(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text, s_strict);
            return document.RootElement.ValueKind == JsonValueKind.Object ? JinjaValue.Of(document.RootElement) : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: an escaped lone surrogate.
            return null;
        }
    }

    /// <summary>Reads what a model wrote as a call: an object with <c>name</c> and <c>arguments</c>; null where it is none.</summary>
    public static (string Name, string Arguments)? ReadCall(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text, s_strict);
            return document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("name", out var name) && name.ValueKind == JsonValueKind.String
                && document.RootElement.TryGetProperty("arguments", out var arguments) && arguments.ValueKind == JsonValueKind.Object
                    ? (name.GetString()!, arguments.GetRawText())
                    : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
