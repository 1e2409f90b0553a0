using System.Text.Json;
using LoopLM.Text.Tokenization.PreTokenization.Patterns;

namespace LoopLM.Text.Tokenization.Json;

/// <summary>
/// A value of a JSON file with its path. Reading what is not there notes a problem and gives a
/// harmless value, so one pass finds every problem.
/// </summary>
/// <param name="Value">Undefined where the field is absent.</param>
/// <param name="Path">For messages, such as <c>model.vocab</c>.</param>
/// <param name="Problems">Receives what is wrong.</param>
internal readonly record struct JsonField(JsonElement Value, string Path, List<string> Problems)
{
    private const int MaxShownLength = 80;
    private const int MaxTextLength = 256;

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

    public void Expect(string text)
    {
        if (!Is(text))
        {
            Refuse($"\"{text}\"");
        }
    }

    /// <summary>Whether this is a text, written in whatever way.</summary>
    public bool Is(string text) => Value.ValueKind == JsonValueKind.String && TryGetText(out var found) && found == text;

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
        if (TryGetText(out var text))
        {
            return text;
        }

        Refuse("a string of well-formed Unicode");
        return "";
    }

    /// <summary>What to look for: <c>{"String": ...}</c> or <c>{"Regex": ...}</c>; null where it is neither or cannot be read.</summary>
    public SplitPattern? Pattern()
    {
        if (!this["String"].IsNullOrAbsent)
        {
            var text = this["String"].Text();
            if (text is "" or { Length: > MaxTextLength })
            {
                this["String"].Refuse($"1 to {MaxTextLength} characters");
                return null;
            }

            return SplitPattern.OfText(text);
        }

        var regex = this["Regex"];
        if (SplitPattern.TryParse(regex.Text(), out var pattern, out var problem))
        {
            return pattern;
        }

        regex.Refuse($"patterns of literals, classes, groups, quantifiers and a look at one next character; {problem}");
        return null;
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
            yield return (member.Name, new(member.Value, $"{Path}[\"{member.Name}\"]", Problems));
        }
    }

    private bool TryGetText(out string text)
    {
        text = "";
        try
        {
            text = Value.ValueKind == JsonValueKind.String ? Value.GetString()! : text;
            return Value.ValueKind == JsonValueKind.String;
        }
        catch (InvalidOperationException)
        {
            // An escaped lone surrogate.
            return false;
        }
    }
}
