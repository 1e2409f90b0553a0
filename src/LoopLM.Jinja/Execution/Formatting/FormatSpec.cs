namespace LoopLM.Jinja.Execution.Formatting;

/// <summary>How one value is to be written: what stands behind the colon in <c>{:...}</c>, or between % and the type of a conversion.</summary>
internal sealed record FormatSpec
{
    /// <summary>Chars that a width and a precision may ask for at most.</summary>
    public const int MaxSize = 1_000_000;

    /// <summary>What fills a value up to the width; null for blanks.</summary>
    public MarkedText? Fill { get; init; }

    /// <summary>One of &lt; &gt; ^ =, or NUL for that of the type.</summary>
    public char Align { get; init; }

    /// <summary>One of + - and blank, or NUL.</summary>
    public char Sign { get; init; }

    /// <summary>Whether the prefix of the base, or the point, is written in any case.</summary>
    public bool Alternate { get; init; }

    /// <summary>A comma or an underscore between groups of digits, or NUL.</summary>
    public char Grouping { get; init; }

    public int Width { get; init; }

    public int? Precision { get; init; }

    /// <summary>The type, or NUL for that of the value.</summary>
    public char Type { get; init; }

    /// <summary>Reads <c>[[fill]align][sign][z][#][0][width][grouping][.precision][type]</c>.</summary>
    public static FormatSpec Parse(MarkedText text)
    {
        var (spec, value, at) = (new FormatSpec(), text.Value, 0);
        var first = value.Length > 0 ? text.LengthAt(0) : 0;
        if (value.Length > first && IsAlign(value[first]))
        {
            spec = spec with { Fill = text.Slice(0, first), Align = value[first] };
            at = first + 1;
        }
        else if (value.Length > 0 && IsAlign(value[0]))
        {
            spec = spec with { Align = value[0] };
            at = 1;
        }

        spec = spec with { Sign = Take("+- ") };
        spec = spec with { Alternate = Take("#") != '\0' };
        if (Take("0") != '\0')
        {
            spec = spec with { Fill = spec.Fill ?? MarkedText.OfTemplate("0"), Align = spec.Align == '\0' ? '=' : spec.Align };
        }

        spec = spec with { Width = Number() ?? 0 };
        spec = spec with { Grouping = Take(",_") };
        if (Take(".") != '\0')
        {
            spec = spec with { Precision = Number() ?? throw Fault() };
        }

        spec = spec with { Type = at < value.Length ? value[at++] : '\0' };
        return at == value.Length ? spec : throw Fault();

        char Take(string choices) => at < value.Length && choices.Contains(value[at], StringComparison.Ordinal) ? value[at++] : '\0';

        int? Number()
        {
            var start = at;
            while (at < value.Length && char.IsAsciiDigit(value[at]))
            {
                at++;
            }

            return at == start ? null : ParseSize(value.AsSpan(start, at - start));
        }
    }

    /// <summary>A width or a precision.</summary>
    public static int ParseSize(ReadOnlySpan<char> digits) =>
        int.TryParse(digits, System.Globalization.CultureInfo.InvariantCulture, out var size) && size <= MaxSize ? size
        : throw new JinjaFault(JinjaErrorKind.LimitExceeded, $"A format may ask for at most {MaxSize} chars.");

    private static bool IsAlign(char value) => value is '<' or '>' or '^' or '=';

    private static JinjaFault Fault() => new("The format is malformed; it is [[fill]align][sign][#][0][width][,][.precision][type].");
}
