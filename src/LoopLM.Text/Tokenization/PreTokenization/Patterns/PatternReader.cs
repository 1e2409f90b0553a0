using System.Globalization;
using System.Text;
using LoopLM.StructuredOutput.Unicode;

namespace LoopLM.Text.Tokenization.PreTokenization.Patterns;

/// <summary>Reads the characters, escapes and classes of a split pattern, and stops at the first problem.</summary>
/// <param name="source">The pattern.</param>
internal sealed class PatternReader(string source)
{
    private const int MaxNesting = 16;

    /// <summary>The first problem and its place; null where there is none.</summary>
    public string? Problem { get; private set; }

    /// <summary>Where the next character stands.</summary>
    public int Position { get; private set; }

    /// <summary>Whether there is more to read, and no problem.</summary>
    public bool HasNext => Problem is null && Position < source.Length;

    /// <summary>Notes a problem, unless there is one already.</summary>
    public void Refuse(string problem) => Problem ??= $"at character {Math.Min(Position, source.Length)}: {problem}";

    /// <summary>What was read since a place.</summary>
    public ReadOnlySpan<char> Since(int start) => source.AsSpan(start..Position);

    /// <summary>Whether a character comes next.</summary>
    public bool IsAt(char character) => HasNext && source[Position] == character;

    /// <summary>Takes a text if it comes next.</summary>
    public bool Take(string text)
    {
        var found = HasNext && source.AsSpan(Position).StartsWith(text);
        Position += found ? text.Length : 0;
        return found;
    }

    /// <summary>Takes a character if it comes next.</summary>
    public bool Take(char character) => Take(character.ToString());

    /// <summary>The next code point; 0 where there is none, which is a problem.</summary>
    public int Next()
    {
        if (!HasNext || Rune.DecodeFromUtf16(source.AsSpan(Position), out var rune, out var length) != System.Buffers.OperationStatus.Done)
        {
            Refuse("the pattern ends too early, or is not well-formed");
            return 0;
        }

        Position += length;
        return rune.Value;
    }

    /// <summary>A quantifier if one comes next: how often at least and at most, and whether it is written as <c>{...}</c>.</summary>
    public (int Min, int? Max, bool IsCounted)? Quantifier()
    {
        if (Take('*'))
        {
            return (0, null, false);
        }

        if (Take('+'))
        {
            return (1, null, false);
        }

        if (Take('?'))
        {
            return (0, 1, false);
        }

        return Take('{') ? Count() : null;
    }

    /// <summary>The code points of an escape, the backslash being taken.</summary>
    public CodePointSet Escape()
    {
        var at = Next();
        switch (at)
        {
            case 's':
                return UnicodeSets.Space;
            case 'S':
                return UnicodeSets.Space.Complement();
            case 'd':
                return UnicodeSets.Digit;
            case 'D':
                return UnicodeSets.Digit.Complement();
            case 'w':
                return UnicodeSets.Word;
            case 'W':
                return UnicodeSets.Word.Complement();
            case 'p' or 'P':
                return Property(isNegative: at == 'P');
            case 'x' or 'u':
                return Hexadecimal((char)at);
            case < 0x80 when "nrtfvae".IndexOf((char)at, StringComparison.Ordinal) is >= 0 and var index:
                return CodePointSet.Of("\n\r\t\f\v\a\u001B"[index]);
            case < 0x80 when !char.IsAsciiLetterOrDigit((char)at):
                return CodePointSet.Of(at);
            default:
                Refuse($"'\\{char.ConvertFromUtf32(at)}' is not supported");
                return new CodePointSet();
        }
    }

    /// <summary>The code points of a class, its bracket being taken.</summary>
    public CodePointSet Class(bool ignoresCase) => Class(ignoresCase, nesting: 0);

    /// <summary>A set together with the other case of its letters, where case is ignored; then only ASCII is supported.</summary>
    public CodePointSet Folded(CodePointSet set, bool ignoresCase)
    {
        if (!ignoresCase)
        {
            return set;
        }

        if (set.Ranges.Any(range => range.Last >= 0x80))
        {
            Refuse("without case, only ASCII is supported");
            return set;
        }

        var letters = Enumerable.Range(0, 0x80).Where(value => set.Contains(value) && char.IsAsciiLetter((char)value)).ToList();
        var all = set.Union(CodePointSet.Of(letters.Select(letter => letter ^ 0x20)));

        // Two characters beyond ASCII have its letters as their other case.
        all = letters.Exists(letter => (letter | 0x20) == 's') ? all.Union(CodePointSet.Of('\u017F')) : all;
        return letters.Exists(letter => (letter | 0x20) == 'k') ? all.Union(CodePointSet.Of('\u212A')) : all;
    }

    private CodePointSet Class(bool ignoresCase, int nesting)
    {
        var isNegative = Take('^');
        CodePointSet? intersection = null;
        var set = new CodePointSet();
        for (var isFirst = true; HasNext && (isFirst || !IsAt(']')); isFirst = false)
        {
            if (Take("&&"))
            {
                intersection = intersection?.Intersect(set) ?? set;
                set = new();
            }
            else if (Take('['))
            {
                if (nesting == MaxNesting || IsAt(':'))
                {
                    Refuse("classes like [[:alpha:]], or nested too deep, are not supported");
                }

                set = set.Union(Class(ignoresCase, nesting + 1));
            }
            else
            {
                set = set.Union(Folded(Range(), ignoresCase));
            }
        }

        if (!Take(']'))
        {
            Refuse("a class is not closed");
        }

        set = intersection?.Intersect(set) ?? set;
        return isNegative ? set.Complement() : set;
    }

    private CodePointSet Range()
    {
        var first = Member(out var isOne);
        if (!IsAt('-') || Position + 1 >= source.Length || source[Position + 1] == ']')
        {
            return first;
        }

        Position++;
        var last = Member(out var isLastOne);
        if (!isOne || !isLastOne || Problem is not null || first.Ranges[0].First > last.Ranges[0].Last)
        {
            Refuse("a range must go from one character to a later one");
            return first;
        }

        return new([(first.Ranges[0].First, last.Ranges[0].Last)]);
    }

    private CodePointSet Member(out bool isOne)
    {
        var set = Take('\\') ? Escape() : CodePointSet.Of(Next());
        isOne = set.Ranges is [var only] && only.First == only.Last;
        return set;
    }

    private CodePointSet Property(bool isNegative)
    {
        var close = source.IndexOf('}', Position);
        if (!Take('{') || close < 0)
        {
            Refuse("\\p must name a property in braces");
            return new();
        }

        isNegative ^= Take('^');
        var name = source[Position..close];
        Position = close + 1;
        if (UnicodeSets.Category(name) is not { } set)
        {
            Refuse($"the property '{name}' is not supported; general categories and Han are");
            return new();
        }

        return isNegative ? set.Complement() : set;
    }

    private CodePointSet Hexadecimal(char kind)
    {
        var close = kind == 'x' && Take('{') ? source.IndexOf('}', Position) : Math.Min(Position + (kind == 'x' ? 2 : 4), source.Length);
        if (close >= 0
            && int.TryParse(source.AsSpan(Position..close), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            && Rune.IsValid(value))
        {
            var isBraced = close < source.Length && source[Position - 1] == '{';
            Position = close + (isBraced ? 1 : 0);
            return CodePointSet.Of(value);
        }

        Refuse("a character's number is malformed");
        return new();
    }

    private (int Min, int? Max, bool IsCounted)? Count()
    {
        var close = Math.Max(Position, source.IndexOf('}', Position));
        var parts = source[Position..close].Split(',');
        Position = Math.Min(close + 1, source.Length);
        if (parts is [var exactly] && Number(exactly) is { } times)
        {
            return (times, times, true);
        }

        if (parts is [var least, var most] && (least, most) is not ("", "")
            && (least == "" ? 0 : Number(least)) is { } min
            && (most == "" || Number(most) is not null))
        {
            return (min, most == "" ? null : Number(most), true);
        }

        Refuse("a count is malformed");
        return null;
    }

    private static int? Number(string digits) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;
}
