using System.Text.Json;

namespace LoopLM.Text.Tokenization.Json;

/// <summary>A value of a JSON file with its path. Reading what is not there notes a problem and gives a harmless value, so one pass finds every problem.</summary>
/// <param name="Value">Undefined where the field is absent.</param>
/// <param name="Path">For messages, such as <c>model.vocab</c>.</param>
/// <param name="Problems">Receives what is wrong.</param>
internal readonly record struct JsonField(JsonElement Value, string Path, List<string> Problems)
{
    private const int MaxShownLength = 80;

    public bool IsNullOrAbsent => Value.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined;

    /// <summary>A member; absent where this is not an object.</summary>
    public JsonField this[string name] => new(
        Value.ValueKind == JsonValueKind.Object && Value.TryGetProperty(name, out var value) ? value : default,
        Path.Length == 0 ? name : $"{Path}.{name}",
        Problems);

    /// <summary>Notes that this value is not supported.</summary>
    /// <param name="supported">What would be right.</param>
    public void Refuse(string supported)
    {
        var found = Value.ValueKind == JsonValueKind.Undefined ? "absent" : Value.GetRawText().ReplaceLineEndings(" ");
        var shown = found.Length > MaxShownLength ? $"{found[..MaxShownLength]}..." : found;
        Problems.Add($"{Path} is {shown}; supported: {supported}");
    }

    public void ExpectNull()
    {
        if (!IsNullOrAbsent)
        {
            Refuse("null");
        }
    }

    public void Expect(string text)
    {
        if (Value.ValueKind != JsonValueKind.String || !Value.ValueEquals(text))
        {
            Refuse($"\"{text}\"");
        }
    }

    /// <param name="absent">What an absent or null field means; null where it is required.</param>
    public bool Boolean(bool? absent = null)
    {
        if (Value.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            return Value.GetBoolean();
        }

        if (absent is null || !IsNullOrAbsent)
        {
            Refuse("true or false");
        }

        return absent ?? false;
    }

    /// <summary>A whole number in 0..<paramref name="max"/>; 0 where it is not one.</summary>
    public int Integer(int max)
    {
        if (Value.ValueKind == JsonValueKind.Number && Value.TryGetInt32(out var number) && number >= 0 && number <= max)
        {
            return number;
        }

        Refuse($"a whole number from 0 to {max}");
        return 0;
    }

    /// <summary>A string; empty where it is not one.</summary>
    public string Text()
    {
        if (Value.ValueKind == JsonValueKind.String && Decode(Value, static value => value.GetString()) is { } text)
        {
            return text;
        }

        Refuse("a string of well-formed Unicode");
        return "";
    }

    /// <summary>The elements of an array; none where this is not one.</summary>
    public IEnumerable<JsonField> Items()
    {
        if (Value.ValueKind != JsonValueKind.Array)
        {
            Refuse("an array");
            yield break;
        }

        var index = 0;
        foreach (var item in Value.EnumerateArray())
        {
            yield return new(item, $"{Path}[{index++}]", Problems);
        }
    }

    /// <summary>The members of an object; none where this is not one.</summary>
    public IEnumerable<(string Name, JsonField Field)> Members()
    {
        if (Value.ValueKind != JsonValueKind.Object)
        {
            Refuse("an object");
            yield break;
        }

        foreach (var member in Value.EnumerateObject())
        {
            if (Decode(member, static member => member.Name) is { } name)
            {
                yield return (name, new(member.Value, $"{Path}[\"{name}\"]", Problems));
            }
            else
            {
                Problems.Add($"{Path} has a name that is not well-formed Unicode");
            }
        }
    }

    private static string? Decode<T>(T source, Func<T, string?> read)
    {
        try
        {
            return read(source);
        }
        catch (InvalidOperationException)
        {
            // Invalid UTF-8, or an escaped lone surrogate.
            return null;
        }
    }
}
