using System.Text.Json;
using LoopLM.Jinja;

namespace LoopLM.Server.Replies;

/// <summary>The arguments of a tool call, which travel as the text of a JSON object.</summary>
internal static class ToolArguments
{
    private static readonly JsonDocumentOptions s_strict = new() { MaxDepth = 64, AllowDuplicateProperties = false };

    /// <summary>The arguments as data; null where the text is no JSON object.</summary>
    public static JinjaValue? Read(string text) => Read(text, root => root.ValueKind == JsonValueKind.Object ? JinjaValue.Of(root) : null);

    /// <summary>Whether a text is JSON.</summary>
    public static bool IsJson(string text) => Read(text, _ => text) is not null;

    /// <summary>Whether a text is a JSON object.</summary>
    public static bool IsObject(string text) => Read(text, root => root.ValueKind == JsonValueKind.Object ? text : null) is not null;

    /// <summary>The string that JSON stands for; null where it is none.</summary>
    public static string? ReadString(string json) => Read(json, root => root.ValueKind == JsonValueKind.String ? root.GetString() : null);

    private static T? Read<T>(string text, Func<JsonElement, T?> read)
        where T : class
    {
        try
        {
            using var document = JsonDocument.Parse(text, s_strict);
            return read(document.RootElement);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or ArgumentException)
        {
            // InvalidOperationException: an escaped lone surrogate. ArgumentException: a lone surrogate.
            return null;
        }
    }
}
