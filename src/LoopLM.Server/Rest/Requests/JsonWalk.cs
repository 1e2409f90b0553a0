using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;
using LoopLM.Server.Errors;

namespace LoopLM.Server.Rest.Requests;

/// <summary>
/// Goes along with a reader, and finds what JSON's syntax allows and no program reads alike: names that
/// come twice, lone surrogates, numbers without end.
/// </summary>
internal sealed class JsonWalk
{
    private const int MaxNumberLength = 512;
    private const int MaxExponent = 99_999;
    private const int MaxPathLength = 128;

    private readonly List<Level> _levels = [];

    /// <summary>Looks at the token that the reader has read.</summary>
    public JsonProblem? Step(ref Utf8JsonReader reader)
    {
        if (reader.TokenType is JsonTokenType.EndArray or JsonTokenType.EndObject)
        {
            _levels.RemoveAt(_levels.Count - 1);
            return null;
        }

        if (reader.TokenType == JsonTokenType.PropertyName)
        {
            return TakeName(ref reader);
        }

        if (_levels is [.., { Names: null } list])
        {
            list.Index++;
        }

        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                _levels.Add(new Level { Names = [] });
                return null;
            case JsonTokenType.StartArray:
                _levels.Add(new Level());
                return null;
            case JsonTokenType.String when reader.ValueIsEscaped && HasLoneSurrogate(reader.ValueSpan):
                return new(Path(), "contains an escaped lone surrogate; it must be well-formed Unicode.");
            case JsonTokenType.Number when reader.ValueSpan.Length > MaxNumberLength:
                return new(Path(), $"is a number of {reader.ValueSpan.Length} characters; at most {MaxNumberLength} are read.");
            case JsonTokenType.Number when HasHugeExponent(reader.ValueSpan):
                return new(Path(), $"is a number with an exponent beyond {MaxExponent}.");
            default:
                return null;
        }
    }

    private JsonProblem? TakeName(ref Utf8JsonReader reader)
    {
        if (reader.ValueIsEscaped && HasLoneSurrogate(reader.ValueSpan))
        {
            return new(null, "a name contains an escaped lone surrogate; it must be well-formed Unicode.");
        }

        var level = _levels[^1];
        level.Name = reader.GetString()!;
        return level.Names!.Add(level.Name) ? null
            : new(null, $"the name '{ClientText.Show(level.Name, MaxPathLength)}' comes twice in one object.");
    }

    /// <summary>Where the walk is, such as <c>messages[2].content</c>; the value itself where it is in nothing.</summary>
    private string Path()
    {
        var path = new StringBuilder();
        foreach (var level in _levels)
        {
            _ = level.Names is null
                ? path.Append(CultureInfo.InvariantCulture, $"[{level.Index}]")
                : path.Append(path.Length > 0 ? "." : "").Append(level.Name);
        }

        return ClientText.Show(path.Length > 0 ? path.ToString() : "body", MaxPathLength);
    }

    /// <summary>
    /// Whether a string, as JSON writes it, has half of a surrogate pair as an escape. What is not escaped is UTF-8 and has none.
    /// </summary>
    private static bool HasLoneSurrogate(ReadOnlySpan<byte> text)
    {
        var waitsForLow = false;
        while (!text.IsEmpty)
        {
            var isUnicode = text is [(byte)'\\', (byte)'u', ..];
            var unit = isUnicode && Utf8Parser.TryParse(text.Slice(2, 4), out ushort value, out _, 'x') ? (char)value : ' ';
            if (waitsForLow != char.IsLowSurrogate(unit))
            {
                return true;
            }

            waitsForLow = char.IsHighSurrogate(unit);
            text = text[(isUnicode ? 6 : text[0] == '\\' ? 2 : 1)..];
        }

        return waitsForLow;
    }

    private static bool HasHugeExponent(ReadOnlySpan<byte> number)
    {
        var at = number.IndexOfAny((byte)'e', (byte)'E');
        return at >= 0 && !(int.TryParse(number[(at + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var exponent)
            && exponent is >= -MaxExponent and <= MaxExponent);
    }

    /// <summary>An object or a list that is open.</summary>
    private sealed class Level
    {
        /// <summary>The names so far; null for a list.</summary>
        public HashSet<string>? Names { get; init; }

        public string Name { get; set; } = "";

        public int Index { get; set; } = -1;
    }
}
