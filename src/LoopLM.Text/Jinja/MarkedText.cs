namespace LoopLM.Text.Jinja;

/// <summary>A text that knows of each char whether the template wrote it. Cutting and joining keep the marks. Immutable.</summary>
internal sealed class MarkedText
{
    private MarkedText(string value, ReadOnlyMemory<bool> own)
    {
        (Value, Own) = (value, own);
    }

    public static MarkedText Empty { get; } = OfData("");

    public string Value { get; }

    /// <summary>For each char: true where it comes from the template's own text, false where it comes from data.</summary>
    public ReadOnlyMemory<bool> Own { get; }

    public int Length => Value.Length;

    public static MarkedText OfTemplate(string value)
    {
        var own = new bool[value.Length];
        own.AsSpan().Fill(true);
        return new(value, own);
    }

    public static MarkedText OfData(string value) => new(value, new bool[value.Length]);

    public static MarkedText Join(IReadOnlyList<MarkedText> parts)
    {
        var own = new bool[parts.Sum(part => part.Length)];
        var at = 0;
        foreach (var part in parts)
        {
            part.Own.Span.CopyTo(own.AsSpan(at));
            at += part.Length;
        }

        return new(string.Concat(parts.Select(part => part.Value)), own);
    }

    public MarkedText Slice(int start, int length) =>
        length == Length ? this : new(Value.Substring(start, length), Own.Slice(start, length));

    /// <summary>The text changed char by char; where the length differs, the result counts as data unless all of this text is the template's.</summary>
    public MarkedText With(string changed) =>
        changed.Length == Length ? new(changed, Own)
        : Own.Span.Contains(false) ? OfData(changed)
        : OfTemplate(changed);
}
