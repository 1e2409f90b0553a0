using System.Buffers;
using System.Text.Json;
using LoopLM.Server.Conversations;
using LoopLM.Server.Errors;
using LoopLM.Server.Rest;
using LoopLM.Server.Rest.Requests;

namespace LoopLM.Server.OpenAi.Responses;

/// <summary>What a response repeats of its request, beside numbers; JSON in one line each.</summary>
internal sealed record ResponseEcho
{
    private const int MaxPairs = 16;
    private const int MaxKeyLength = 64;
    private const int MaxValueLength = 512;

    public string? Instructions { get; init; }

    public required byte[] Metadata { get; init; }

    public required byte[] TextFormat { get; init; }

    public required byte[] Tools { get; init; }

    public required byte[] ToolChoice { get; init; }

    /// <summary>
    /// Reads the fields, which others have checked but for <c>metadata</c>. The first problem is left in <see cref="RequestFields.Error"/>.
    /// </summary>
    /// <param name="fields">The body.</param>
    /// <param name="textFormat">The format of the text; null for the usual one.</param>
    public static ResponseEcho Read(RequestFields fields, byte[]? textFormat) => new()
    {
        Instructions = fields.Text("instructions"),
        Metadata = ReadMetadata(fields),
        TextFormat = textFormat ?? [.. """{"type":"text"}"""u8],
        Tools = fields.Error is null ? ReadTools(fields) : [],
        ToolChoice = fields.Find("tool_choice") is { } choice ? fields.Echo("tool_choice", choice) : [.. "\"auto\""u8],
    };

    private static byte[] ReadMetadata(RequestFields fields)
    {
        const string name = "metadata";
        if (fields.Object(name) is not { } metadata)
        {
            return [.. "{}"u8];
        }

        if (metadata.GetPropertyCount() > MaxPairs
            || metadata.EnumerateObject().Any(pair =>
                pair.Name.Length > MaxKeyLength || pair.Value.ValueKind != JsonValueKind.String
                    || fields.ReadText(name, pair.Value)?.Length > MaxValueLength))
        {
            fields.Report(
                RequestErrorKind.InvalidValue, name,
                $"'{name}' must have at most {MaxPairs} pairs of a name of at most {MaxKeyLength} characters and a "
                    + $"string of at most {MaxValueLength}.");
        }

        return fields.Echo(name, metadata);
    }

    /// <summary>Functions come back with all members that a client may expect. Other tools were left out.</summary>
    private static byte[] ReadTools(RequestFields fields)
    {
        var output = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(output, RestJson.WriterOptions))
        {
            json.WriteStartArray();
            foreach (var tool in (fields.Items("tools") ?? []).Where(ChatTools.IsFunction).Select(item => new RequestFields(item)))
            {
                json.WriteStartObject();
                json.WriteString("type"u8, "function"u8);
                json.WriteString("name"u8, tool.Text("name"));
                json.WriteString("description"u8, tool.Text("description"));
                json.WritePropertyName("parameters"u8);
                json.WriteRawValue(tool.Object("parameters") is { } parameters ? fields.Echo("tools", parameters) : "null"u8);
                json.WritePropertyName("strict"u8);
                json.WriteRawValue(tool.Flag("strict") switch { true => "true"u8, false => "false"u8, null => "null"u8 });
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        return output.WrittenSpan.ToArray();
    }
}
