using System.Text.Json;
using LoopLM.Server.Errors;
using LoopLM.Server.TextGeneration;
using LoopLM.StructuredOutput;

namespace LoopLM.Server.Rest.Requests;

/// <summary>
/// The fields by which a request says what its answers are to be: OpenAI's <c>response_format</c>, vLLM's <c>structured_outputs</c> and the older
/// <c>guided_</c> fields, llama.cpp's <c>json_schema</c>, SGLang's <c>regex</c> and Ollama's <c>format</c>. A schema is always enforced, whatever <c>strict</c> says; what cannot be enforced is refused.
/// </summary>
internal static class OutputFormatFields
{
    private const string ResponseFormat = "response_format";
    private const string StructuredOutputs = "structured_outputs";
    private const string Json = "json";
    private const string JsonObject = "json_object";
    private const string Choice = "choice";
    private const string Regex = "regex";
    private const string Instead = "use json, choice or regex";
    private const string TypeInstead = "set 'type' to json_schema";
    private const int MaxNameLength = 64;

    private static readonly JsonDocumentOptions s_strict = new() { AllowDuplicateProperties = false };

    private static readonly FieldRule[] s_unsupportedOutputs =
    [
        new("grammar", Instead), new("structural_tag", Instead), new("whitespace_pattern", "the white space of JSON is fixed; leave it out"),
        new("disable_any_whitespace", "leave it out", "[false]"), new("disable_additional_properties", "say so in the schema", "[false]"),
    ];

    // A schema that the type leaves out of account.
    private static readonly FieldRule[] s_untyped = [new("json_schema", TypeInstead), new("schema", TypeInstead)];

    /// <summary>Reads the fields; null where any text will do. The first problem is left in <see cref="RequestFields.Error"/>.</summary>
    public static OutputFormat? Read(RequestFields fields)
    {
        var formats = new List<OutputFormat?>
        {
            fields.Find(ResponseFormat) is { } format ? fields.Nested(ResponseFormat, format, each => ReadTyped(each, ResponseFormat)) : null,
            fields.Find(StructuredOutputs) is { } outputs ? fields.Nested(StructuredOutputs, outputs, ReadStructuredOutputs) : null,
            Format("guided_json", ReadSchema(fields, "guided_json")),
            Format("guided_choice", ReadChoice(fields, "guided_choice")),
            Format("guided_regex", ReadPattern(fields, "guided_regex")),
            Format("json_schema", ReadSchema(fields, "json_schema")),
            Format(Regex, ReadPattern(fields, Regex)),
            Format("format", ReadFormat(fields, "format")),
        }.OfType<OutputFormat>().ToList();
        if (formats.Count > 1)
        {
            fields.Report(
                RequestErrorKind.InvalidValue, formats[1].Field, $"'{formats[0].Field}' and '{formats[1].Field}' exclude each other.");
        }

        return formats.FirstOrDefault();
    }

    private static OutputFormat? Format(string field, TextForm? form) => form is null ? null : new OutputFormat(field, form);

    /// <summary>Reads an object whose <c>type</c> says which form it describes; null for any text.</summary>
    /// <param name="fields">The object.</param>
    /// <param name="path">Where it stands.</param>
    /// <param name="isFlat">Whether a schema and its name are members of it, as in responses; else they have an object of their own.</param>
    public static OutputFormat? ReadTyped(RequestFields fields, string path, bool isFlat = false)
    {
        const string types = "it must be text, json_object or json_schema";
        switch (fields.Text("type"))
        {
            case "text":
                UnreadFields.Refuse(fields, s_untyped);
                return null;
            case JsonObject or Json:
                UnreadFields.Refuse(fields, s_untyped.AsSpan(0, 1));
                return ReadBareSchema(fields, path) ?? new(path, new TextForm.JsonObject());
            case "json_schema" when isFlat:
                return Format($"{path}.schema", ReadNamedSchema(fields));
            case "json_schema" when fields.Find("json_schema") is { } named:
                return Format($"{path}.json_schema.schema", fields.Nested("json_schema", named, ReadNamedSchema));
            case "json_schema" when ReadBareSchema(fields, path) is { } bare:
                return bare;
            case "json_schema":
                fields.Report(RequestErrorKind.MissingField, "json_schema", "'json_schema' is missing; it must hold name and schema.");
                return null;
            case Regex when ReadPattern(fields, "value") is { } pattern:
                return Format($"{path}.value", pattern);
            case null:
                fields.Report(RequestErrorKind.MissingField, "type", $"'type' is missing; {types}.");
                return null;
            case var type:
                fields.Report(
                    RequestErrorKind.UnsupportedValue, "type", $"'type' is {ClientWord.Quote(type)}, which is not supported; {types}.");
                return null;
        }
    }

    /// <summary>A schema without a name beside it: <c>schema</c> as in llama.cpp, <c>value</c> as in TGI; null where there is none.</summary>
    private static OutputFormat? ReadBareSchema(RequestFields fields, string path) =>
        Format($"{path}.schema", ReadSchema(fields, "schema")) ?? Format($"{path}.value", ReadSchema(fields, "value"));

    /// <summary>The name is for OpenAI's cache; nothing here depends on it.</summary>
    private static TextForm.Json? ReadNamedSchema(RequestFields fields)
    {
        var name = fields.Text("name");
        _ = fields.Text("description");
        _ = fields.Flag("strict");
        if (name is not null && !IsName(name))
        {
            fields.Report(
                RequestErrorKind.InvalidValue, "name", $"'name' is {ClientWord.Quote(name)}; it must have 1 to {MaxNameLength} letters, digits, underscores and dashes.");
        }

        if (fields.Find("schema") is { } schema)
        {
            return new(schema);
        }

        fields.Report(RequestErrorKind.MissingField, "schema", "'schema' is missing.");
        return null;
    }

    /// <summary>Ollama's field: the word json, or a schema.</summary>
    private static TextForm? ReadFormat(RequestFields fields, string name)
    {
        switch (fields.Find(name))
        {
            case null or { ValueKind: JsonValueKind.False }:
                return null;
            case { ValueKind: JsonValueKind.Object } schema:
                return new TextForm.Json(schema);
            case { ValueKind: JsonValueKind.String } word when fields.ReadText(name, word) is "":
                return null;
            case { ValueKind: JsonValueKind.String } word when fields.ReadText(name, word) is Json:
                return new TextForm.JsonObject();
            default:
                fields.Report(
                    RequestErrorKind.UnsupportedValue, name, $"'{name}' must be json or a JSON schema; 'response_format' knows more forms.");
                return null;
        }
    }

    private static OutputFormat? ReadStructuredOutputs(RequestFields fields)
    {
        UnreadFields.Refuse(fields, s_unsupportedOutputs);

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
            fields.Report(
                RequestErrorKind.InvalidValue, name, $"'{name}' is a string; then it must be the text of a JSON schema, with unique names.");
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
