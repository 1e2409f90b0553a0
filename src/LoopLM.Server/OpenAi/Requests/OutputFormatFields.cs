using System.Text.Json;
using LoopLM.Server.Generations;
using LoopLM.Text.Constraints;

namespace LoopLM.Server.OpenAi.Requests;

/// <summary>
/// The fields by which a request says what its answers are to be: OpenAI's <c>response_format</c>, vLLM's <c>structured_outputs</c> and the older
/// <c>guided_</c> fields. A schema is always enforced, whatever <c>strict</c> says; what cannot be enforced is refused.
/// </summary>
internal static class OutputFormatFields
{
    private const string ResponseFormat = "response_format";
    private const string StructuredOutputs = "structured_outputs";
    private const string Json = "json";
    private const string JsonObject = "json_object";
    private const string Choice = "choice";
    private const string Regex = "regex";
    private const int MaxNameLength = 64;

    private static readonly JsonDocumentOptions s_strict = new() { AllowDuplicateProperties = false };

    private static readonly (string Name, string? Neutral)[] s_unsupported = [("guided_grammar", null), ("guided_whitespace_pattern", null)];

    private static readonly (string Name, string? Neutral)[] s_unsupportedOutputs =
    [
        ("grammar", null), ("structural_tag", null), ("whitespace_pattern", null), ("disable_any_whitespace", "false"), ("disable_additional_properties", "false"),
    ];

    /// <summary>Fields that only say by which program vLLM is to enforce the rest.</summary>
    private static readonly string[] s_ignored = ["guided_decoding_backend"];

    /// <summary>Reads the fields; null where any text will do. The first problem is left in <see cref="RequestFields.Error"/>.</summary>
    public static OutputFormat? Read(RequestFields fields)
    {
        var formats = new List<OutputFormat?>
        {
            fields.Find(ResponseFormat) is { } format ? fields.Nested(ResponseFormat, format, ReadResponseFormat) : null,
            fields.Find(StructuredOutputs) is { } outputs ? fields.Nested(StructuredOutputs, outputs, ReadStructuredOutputs) : null,
            Format("guided_json", ReadSchema(fields, "guided_json")),
            Format("guided_choice", ReadChoice(fields, "guided_choice")),
            Format("guided_regex", ReadPattern(fields, "guided_regex")),
        }.OfType<OutputFormat>().ToList();
        UnsupportedFields.Refuse(fields, s_unsupported);
        Array.ForEach(s_ignored, name => fields.Find(name));
        if (formats.Count > 1)
        {
            fields.Report(RequestErrorKind.InvalidValue, formats[1].Field, $"'{formats[0].Field}' and '{formats[1].Field}' exclude each other.");
        }

        return formats.FirstOrDefault();
    }

    private static OutputFormat? Format(string field, TextForm? form) => form is null ? null : new OutputFormat(field, form);

    private static OutputFormat? ReadResponseFormat(RequestFields fields)
    {
        const string types = "it must be text, json_object or json_schema";
        switch (fields.Text("type"))
        {
            case "text":
                return null;
            case JsonObject:
                return new(ResponseFormat, new TextForm.JsonObject());
            case "json_schema" when fields.Find("json_schema") is { } named:
                return Format($"{ResponseFormat}.json_schema.schema", fields.Nested("json_schema", named, ReadNamedSchema));
            case "json_schema":
                fields.Report(RequestErrorKind.MissingField, "json_schema", "'json_schema' is missing; it must hold name and schema.");
                return null;
            case null:
                fields.Report(RequestErrorKind.MissingField, "type", $"'type' is missing; {types}.");
                return null;
            default:
                fields.Report(RequestErrorKind.UnsupportedValue, "type", $"'type' is not supported; {types}.");
                return null;
        }
    }

    private static TextForm.Json? ReadNamedSchema(RequestFields fields)
    {
        var name = fields.Text("name");
        _ = fields.Text("description");
        _ = fields.Flag("strict");
        if (name is null)
        {
            fields.Report(RequestErrorKind.MissingField, "name", "'name' is missing.");
        }
        else if (!IsName(name))
        {
            fields.Report(RequestErrorKind.InvalidValue, "name", $"'name' must have 1 to {MaxNameLength} letters, digits, underscores and dashes.");
        }

        if (fields.Find("schema") is { } schema)
        {
            return new(schema);
        }

        fields.Report(RequestErrorKind.MissingField, "schema", "'schema' is missing.");
        return null;
    }

    private static OutputFormat? ReadStructuredOutputs(RequestFields fields)
    {
        UnsupportedFields.Refuse(fields, s_unsupportedOutputs);

        // There is nothing to fall back on.
        fields.Flag("disable_fallback");
        OutputFormat[] formats =
        [
            .. new[]
            {
                Format(Json, ReadSchema(fields, Json)),
                Format(JsonObject, fields.Flag(JsonObject) is true ? new TextForm.JsonObject() : null),
                Format(Choice, ReadChoice(fields, Choice)),
                Format(Regex, ReadPattern(fields, Regex)),
            }.OfType<OutputFormat>(),
        ];
        if (formats is [var (field, form, _)])
        {
            return Format($"{StructuredOutputs}.{field}", form);
        }

        fields.Report(RequestErrorKind.InvalidValue, formats is [] ? Json : formats[1].Field,
            $"There are {formats.Length} of {Json}, {JsonObject}, {Choice} and {Regex}; there must be one.");
        return null;
    }

    /// <summary>Reads a schema, or the text of one.</summary>
    private static TextForm.Json? ReadSchema(RequestFields fields, string name)
    {
        if (fields.Find(name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.String)
        {
            return new(value);
        }

        try
        {
            return fields.ReadText(name, value) is { } text ? new(JsonElement.Parse(text, s_strict)) : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            fields.Report(RequestErrorKind.InvalidValue, name, $"'{name}' is a string; then it must be the text of a JSON schema, with unique names.");
            return null;
        }
    }

    private static TextForm.Choice? ReadChoice(RequestFields fields, string name) =>
        fields.Texts(name) is { } texts ? new(texts) : null;

    private static TextForm.Pattern? ReadPattern(RequestFields fields, string name) =>
        fields.Text(name) is { } expression ? new(expression) : null;

    private static bool IsName(string name) =>
        name.Length is > 0 and <= MaxNameLength && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-');
}
