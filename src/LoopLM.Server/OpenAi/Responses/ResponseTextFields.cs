using System.Text.Json;
using LoopLM.Server.OpenAi.Requests;

namespace LoopLM.Server.OpenAi.Responses;

/// <summary>The object <c>text</c>: what the answer's text is to look like.</summary>
/// <param name="ResponseFormat">Its <c>format</c> in the form of <c>response_format</c>; null for any text.</param>
/// <param name="Echo">The format as it was, as JSON; null where there was none.</param>
internal readonly record struct ResponseTextFields(JsonElement? ResponseFormat, byte[]? Echo)
{
    private const string Name = "text";

    /// <summary>By which <see cref="ResponseFormats"/> calls the field, and this endpoint does. A schema stands one level higher here.</summary>
    private static readonly (string Theirs, string Ours)[] s_names = [("response_format.json_schema", $"{Name}.format"), ("response_format", $"{Name}.format")];

    /// <summary>Reads the object. The first problem is left in <see cref="RequestFields.Error"/>.</summary>
    public static ResponseTextFields Read(RequestFields fields)
    {
        JsonElement? format = null;
        byte[]? echo = null;
        if (fields.Object(Name) is { } text)
        {
            fields.Nested<object>(Name, text, each =>
            {
                each.Text("verbosity");
                format = each.Object("format");
                echo = format is { } value ? each.Echo("format", value) : null;
                return null;
            });
        }

        return new(format is { } found ? Nested(found) : null, echo);
    }

    /// <summary>What this endpoint calls a field of <c>response_format</c>; another name stays what it is.</summary>
    public static string? NameOf(string? field)
    {
        var (theirs, ours) = Array.Find(s_names, names => field?.StartsWith(names.Theirs, StringComparison.Ordinal) is true);
        return theirs is null ? field : ours + field![theirs.Length..];
    }

    private static JsonElement Nested(JsonElement format) =>
        format.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String && type.ValueEquals("json_schema"u8)
            ? JsonElement.Parse($$"""{"type":"json_schema","json_schema":{{format.GetRawText()}}}""")
            : format;
}
