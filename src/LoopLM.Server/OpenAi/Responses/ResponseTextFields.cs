using System.Text.Json;
using LoopLM.Server.Rest.Requests;
using LoopLM.Server.TextGeneration;

namespace LoopLM.Server.OpenAi.Responses;

/// <summary>The object <c>text</c>: what the answer's text is to look like.</summary>
/// <param name="Format">Its <c>format</c>; null for any text.</param>
/// <param name="Echo">The format as it was, as JSON; null where there was none.</param>
internal readonly record struct ResponseTextFields(OutputFormat? Format, byte[]? Echo)
{
    private const string Name = "text";
    private const string FormatPath = $"{Name}.format";

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

        return new(
            format is { } found
                ? fields.Nested(FormatPath, found, each => OutputFormatFields.ReadTyped(each, FormatPath, isFlat: true))
                : null,
            echo);
    }
}
