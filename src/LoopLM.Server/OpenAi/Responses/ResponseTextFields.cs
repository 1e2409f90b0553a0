using System.Text.Json;
using LoopLM.Server.Generations;
using LoopLM.Server.OpenAi.Requests;

namespace LoopLM.Server.OpenAi.Responses;

/// <summary>The object <c>text</c>: what the answer's text is to look like.</summary>
/// <param name="Format">Its <c>format</c>; null for any text.</param>
/// <param name="Echo">The format as it was, as JSON; null where there was none.</param>
internal readonly record struct ResponseTextFields(OutputFormat? Format, byte[]? Echo)
{
    private const string Name = "text";

    /// <summary>How chats call the field, and this endpoint does. A schema stands one level higher here.</summary>
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
                UnreadFields.Refuse(each, [FieldTable.Verbosity]);
                format = each.Object("format");
                echo = format is { } value ? each.Echo("format", value) : null;
                return null;
            });
        }

        return new(format is { } found ? ReadFormat(fields, found) : null, echo);
    }

    private static OutputFormat? ReadFormat(RequestFields fields, JsonElement format)
    {
        var chat = new RequestFields(JsonElement.Parse($$"""{"response_format":{{Nested(format).GetRawText()}}}"""));
        var read = OutputFormatFields.Read(chat);
        if (chat.Error is { } error)
        {
            fields.Report(error.Kind, InOurTerms(error.Field!), InOurTerms(error.Message));
        }

        return read is null ? null : read with { Field = InOurTerms(read.Field) };
    }

    private static string InOurTerms(string text) =>
        s_names.Aggregate(text, (renamed, names) => renamed.Replace(names.Theirs, names.Ours, StringComparison.Ordinal));

    private static JsonElement Nested(JsonElement format) =>
        format.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String && type.ValueEquals("json_schema"u8)
            ? JsonElement.Parse($$"""{"type":"json_schema","json_schema":{{format.GetRawText()}}}""")
            : format;
}
