using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using LoopLM.Engine.Errors;
using LoopLM.Server.Errors;
using LoopLM.Server.TextGeneration;

namespace LoopLM.Server.Rest.Requests;

/// <summary>
/// The fields of a request's JSON object. Null is the same as absent. Each method gives null where the field is absent or has the
/// wrong type; the first problem is kept in <see cref="Error"/>.
/// </summary>
internal sealed class RequestFields(JsonElement body) : ISettingSource
{
    private readonly HashSet<string> _known = [];

    /// <summary>Bytes of the object's JSON.</summary>
    public int Length => JsonMarshal.GetRawUtf8Value(body).Length;

    /// <summary>The first problem; null while there is none.</summary>
    public RequestError? Error { get; private set; }

    /// <summary>Names of fields that somebody has requested, whether they are there or not.</summary>
    public IReadOnlyCollection<string> Known => _known;

    /// <summary>Names of fields that nobody has requested.</summary>
    public IEnumerable<string> Unknown => body.EnumerateObject().Select(property => property.Name).Where(name => !_known.Contains(name));

    public JsonElement? Find(string name)
    {
        _known.Add(name);
        return body.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
    }

    /// <summary>How a field is not there, as messages say it.</summary>
    public string Absence(string name) => body.TryGetProperty(name, out _) ? "null" : "missing";

    public string? Text(string name) => Find(name) is { } value ? ReadText(name, value) : null;

    public int? Integer(string name) => Find(name) is { } value ? ReadInteger(name, value) : null;

    public long? LongInteger(string name) =>
        Find(name) is not { } value ? null
        : IsWhole(value, out var number) ? number
        : WrongType<long>(name, value, "a whole number of 64 bits");

    public float? Number(string name) => Find(name) is { } value ? ReadNumber(name, value) : null;

    public bool? Flag(string name) =>
        Find(name) is not { } value ? null
        : value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean()
        : WrongType<bool>(name, value, "true or false");

    /// <summary>A list of whole numbers.</summary>
    public int[]? Integers(string name) => Find(name) is { } value ? ReadIntegers(name, value) : null;

    /// <summary>A list of strings.</summary>
    public string[]? Texts(string name) => Find(name) is { } value ? ReadTexts(name, value) : null;

    /// <summary>A string, or a list of strings.</summary>
    public string[]? TextOrTexts(string name) =>
        Find(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.Array ? ReadTexts(name, value)
        : ReadText(name, value) is { } text ? [text] : null;

    /// <summary>A list of strings; stops at the first that is none.</summary>
    public string[]? ReadTexts(string name, JsonElement value) =>
        value.ValueKind == JsonValueKind.Array
            ? [.. value.EnumerateArray().Select(each => ReadText(name, each) ?? "").TakeWhile(_ => Error is null)]
            : Wrong<string[]>(name, value, "a list of strings");

    /// <summary>An object whose names are token ids and whose values are numbers.</summary>
    public Dictionary<int, float>? NumbersByToken(string name)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.Object)
        {
            return Wrong<Dictionary<int, float>>(name, value, "an object of token ids and numbers");
        }

        var numbers = new Dictionary<int, float>();
        foreach (var property in value.EnumerateObject().TakeWhile(_ => Error is null))
        {
            if (!int.TryParse(property.Name, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var token))
            {
                Report(
                    RequestErrorKind.InvalidValue, name,
                    $"'{name}' has the name {ClientWord.Quote(property.Name)}, which is no token id; "
                        + $"names must be whole numbers such as \"50256\".");
            }
            else if (IsFinite(property.Value, out var number))
            {
                numbers[token] = number;
            }
            else
            {
                Report(
                    RequestErrorKind.InvalidType, name,
                    $"'{name}' has {Describe(property.Value)} for the token {token}; it must be a finite number.");
            }
        }

        return numbers;
    }

    /// <summary>A list of whole numbers; stops at the first that is none.</summary>
    public int[]? ReadIntegers(string name, JsonElement value) =>
        value.ValueKind == JsonValueKind.Array
            ? [.. value.EnumerateArray().Select(each => ReadInteger(name, each) ?? 0).TakeWhile(_ => Error is null)]
            : Wrong<int[]>(name, value, "a list of whole numbers");

    /// <summary>The members of an object; null where it is absent or none.</summary>
    public JsonElement? Object(string name) =>
        Find(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.Object ? value
        : WrongType<JsonElement>(name, value, "an object");

    /// <summary>The entries of a list; null where it is absent or none.</summary>
    public IReadOnlyList<JsonElement>? Items(string name) =>
        Find(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray()]
        : Wrong<IReadOnlyList<JsonElement>>(name, value, "a list");

    /// <summary>Reads an object inside the request; its first problem becomes this one's, under the path of the field.</summary>
    /// <param name="path">Where it is, such as <c>messages[2]</c>.</param>
    /// <param name="value">The object.</param>
    /// <param name="read">Reads its fields.</param>
    public T? Nested<T>(string path, JsonElement value, Func<RequestFields, T?> read)
        where T : class
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            return Wrong<T>(path, value, "an object");
        }

        var inner = new RequestFields(value);
        var result = read(inner);
        if (inner.Error is { } error)
        {
            Report(error.Kind, $"{path}.{error.Field}", $"In '{path}': {error.Message}");
        }

        return result;
    }

    /// <summary>
    /// Reports a problem, unless there is one already. A field that is not supported goes before
    /// one that is missing: it may be meant by it.
    /// </summary>
    public void Report(RequestErrorKind kind, string name, ErrorMessage message) => Report(new RequestError(kind, name, message));

    /// <inheritdoc cref="Report(RequestErrorKind, string, ErrorMessage)"/>
    public void Report(RequestError error)
    {
        if (Error is null || (error.Kind == RequestErrorKind.Unsupported && Error.Kind == RequestErrorKind.MissingField))
        {
            Error = error;
        }
    }

    /// <summary>What a value is, as messages say it.</summary>
    public static string Describe(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number => $"the number {ClientWord.Shorten(value.GetRawText())}",
        JsonValueKind.String => "a string",
        JsonValueKind.Array => "a list",
        JsonValueKind.Object => "an object",
        JsonValueKind.Null => "null",
        _ => value.GetRawText(),
    };

    public string? ReadText(string name, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            return Wrong<string>(name, value, "a string");
        }

        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            ReportLoneSurrogate(name);
            return null;
        }
    }

    /// <summary>A value as it goes back to the client: JSON in one line.</summary>
    public byte[] Echo(string name, JsonElement value)
    {
        var json = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(json, RestJson.WriterOptions);
        try
        {
            value.WriteTo(writer);
        }
        catch (InvalidOperationException)
        {
            ReportLoneSurrogate(name);
        }

        writer.Flush();
        return json.WrittenSpan.ToArray();
    }

    private float? ReadNumber(string name, JsonElement value) =>
        IsFinite(value, out var number) ? number : WrongType<float>(name, value, "a finite number");

    private static bool IsFinite(JsonElement value, out float number)
    {
        number = 0;
        return value.ValueKind == JsonValueKind.Number && value.TryGetSingle(out number) && float.IsFinite(number);
    }

    private int? ReadInteger(string name, JsonElement value) =>
        IsWhole(value, out var number) && number is >= int.MinValue and <= int.MaxValue ? (int)number
        : WrongType<int>(name, value, "a whole number of 32 bits");

    /// <summary>Whether a value is a whole number, however it is written: some languages write 16 as 16.0.</summary>
    private static bool IsWhole(JsonElement value, out long number)
    {
        number = 0;
        if (value.ValueKind != JsonValueKind.Number || value.TryGetInt64(out number))
        {
            return value.ValueKind == JsonValueKind.Number;
        }

        var isWhole = value.TryGetDecimal(out var exact) && decimal.IsInteger(exact) && exact is >= long.MinValue and <= long.MaxValue;
        number = isWhole ? (long)exact : 0;
        return isWhole;
    }

    private void ReportLoneSurrogate(string name) =>
        Report(RequestErrorKind.InvalidValue, name, $"'{name}' contains an escaped lone surrogate; it must be well-formed Unicode.");

    private T? WrongType<T>(string name, JsonElement found, string right)
        where T : struct
    {
        Wrong<object>(name, found, right);
        return null;
    }

    private T? Wrong<T>(string name, JsonElement found, string right)
        where T : class
    {
        Report(RequestErrorKind.InvalidType, name, $"'{name}' is {Describe(found)}; it must be {right}.");
        return null;
    }
}
