using System.Globalization;

namespace LoopLM.Tools.Data;

/// <summary>A source as the command line writes it: <c>kind:name=value,name=value</c>.</summary>
internal sealed class SourceSpec
{
    private readonly Dictionary<string, string> _values = [];
    private readonly string _text;

    private SourceSpec(string text)
    {
        _text = text;
        Kind = text.Split(':')[0];
        foreach (var pair in text.Contains(':', StringComparison.Ordinal) ? text[(Kind.Length + 1)..].Split(',') : [])
        {
            if (pair.Split('=', 2) is not [var name, var value] || !_values.TryAdd(name, value))
            {
                throw new FormatException($"'{text}': '{pair}' must be name=value, each name once.");
            }
        }
    }

    /// <summary>What stands before the colon.</summary>
    public string Kind { get; }

    /// <summary>Reads a source.</summary>
    /// <exception cref="FormatException">It is malformed.</exception>
    public static SourceSpec Parse(string text) => new(text);

    /// <summary>Takes a text.</summary>
    /// <exception cref="FormatException">It is missing.</exception>
    public string Text(string name) =>
        _values.Remove(name, out var value) ? value : throw new FormatException($"'{_text}': {name}=... is missing.");

    /// <summary>Takes words joined by plus signs; null where there are none.</summary>
    public IReadOnlyList<string>? Words(string name) => _values.Remove(name, out var value) ? value.Split('+') : null;

    /// <summary>Takes an integer from 0.</summary>
    /// <exception cref="FormatException">It is malformed.</exception>
    public int Integer(string name, int absent) => Range(name, (absent, absent)) is var (low, high) && low == high
        ? low
        : throw new FormatException($"'{_text}': {name} must be one number.");

    /// <summary>Takes a number from 0 to 1.</summary>
    /// <exception cref="FormatException">It is malformed.</exception>
    public double Share(string name, double absent)
    {
        if (!_values.Remove(name, out var value))
        {
            return absent;
        }

        return double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var share) && share is >= 0 and <= 1
            ? share
            : throw new FormatException($"'{_text}': {name} is {value}; it must be a number from 0 to 1.");
    }

    /// <summary>Takes a range of integers from 0: <c>2-5</c>, or <c>4</c> for one number.</summary>
    /// <exception cref="FormatException">It is malformed.</exception>
    public (int Low, int High) Range(string name, (int Low, int High) absent)
    {
        if (!_values.Remove(name, out var value))
        {
            return absent;
        }

        var parts = value.Split('-');
        return parts.Length is 1 or 2
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var low)
            && int.TryParse(parts[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var high)
            && low <= high
                ? (low, high)
                : throw new FormatException($"'{_text}': {name} is {value}; it must be a number, or a range such as 1-4.");
    }

    /// <summary>Refuses names that nothing has taken.</summary>
    /// <exception cref="FormatException">There is one.</exception>
    public void Finish()
    {
        if (_values.Count > 0)
        {
            throw new FormatException($"'{_text}': {Kind} has no option {string.Join(", ", _values.Keys)}.");
        }
    }
}
