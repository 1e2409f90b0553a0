using System.Globalization;
using LoopLM.StructuredOutput.Unicode;

namespace LoopLM.StructuredOutput.Patterns;

/// <summary>Reads what stands for one character: escapes and classes in brackets.</summary>
/// <param name="reader">The pattern.</param>
internal sealed class PatternCharacters(PatternReader reader)
{
    /// <summary>Whether letters also stand for those that differ in case alone.</summary>
    public bool IgnoreCase { get; set; }

    /// <summary>A set of characters, as upper and lower case count.</summary>
    public CodePointSet Fold(CodePointSet set) => IgnoreCase ? UnicodeProperties.IgnoreCase(set) : set;

    /// <summary>The class behind an opening bracket.</summary>
    public CodePointSet Class()
    {
        var negated = reader.Take("^");
        var items = new HashSet<CodePointSet>();
        while (reader.HasNext && !reader.Take("]"))
        {
            var first = ClassItem();

            // Behind or before a class such as \w a hyphen stands for itself.
            if (reader.Rest is ['-', not ']', ..] && Single(first) is { } low)
            {
                reader.Skip(1);
                var last = ClassItem();
                if (Single(last) is { } high && low > high)
                {
                    reader.Refuse("the ends of a range are not in rising order");
                }

                first = Single(last) is { } end ? new((low, Math.Max(low, end))) : first.Union(CodePointSet.Of('-')).Union(last);
            }

            items.Add(first);
            if (!reader.HasNext)
            {
                reader.Refuse("a class is not closed");
            }
        }

        var set = Fold(new(items.SelectMany(item => item.Ranges)));
        return negated ? set.Complement() : set;

        static int? Single(CodePointSet set) => set.Ranges is [var range] && range.First == range.Last ? range.First : null;
    }

    /// <summary>What stands behind a backslash.</summary>
    /// <param name="withinClass">Whether it stands in brackets.</param>
    public CodePointSet Escape(bool withinClass)
    {
        var letter = reader.Next();
        if (letter is > 0 and < 128 && PatternClasses.Find((char)letter) is { } named)
        {
            return named;
        }

        switch (letter)
        {
            case 'n':
                return CodePointSet.Of('\n');
            case 'r':
                return CodePointSet.Of('\r');
            case 't':
                return CodePointSet.Of('\t');
            case 'f':
                return CodePointSet.Of('\f');
            case 'v':
                return CodePointSet.Of('\v');
            case 'b' when withinClass:
                return CodePointSet.Of('\b');
            case '0' when !char.IsAsciiDigit(reader.Peek):
                return CodePointSet.Of(0);
            case 'c' when char.IsAsciiLetter(reader.Peek):
                return CodePointSet.Of(reader.Next() % 32);
            case 'x':
                return Character(Hex(2));
            case 'u':
                return Character(reader.Take("{") ? Braces() : Unit());
            case 'p' or 'P':
                return Property(negated: letter == 'P');
            case > 0 and < 128 when char.IsAsciiLetterOrDigit((char)letter):
                reader.Refuse($"'\\{(char)letter}' is not supported");
                return new();
            default:
                return CodePointSet.Of(letter);
        }
    }

    private CodePointSet ClassItem()
    {
        var rune = reader.Next();
        return rune == '\\' ? Escape(withinClass: true) : CodePointSet.Of(rune);
    }

    private CodePointSet Property(bool negated)
    {
        var name = reader.Take("{") ? reader.TakeUntil('}') : null;
        var set = name is null ? null : UnicodeProperties.Find(name);
        if (set is null)
        {
            reader.Refuse("'\\p' is supported with general categories, such as '\\p{L}' or '\\p{Lowercase_Letter}'");
            return new();
        }

        return negated ? set.Complement() : set;
    }

    private CodePointSet Character(int codePoint)
    {
        if (!CodePointSet.All.Contains(codePoint))
        {
            reader.Refuse("an escape stands for no character of Unicode");
        }

        return CodePointSet.Of(codePoint);
    }

    // Two escapes of a surrogate pair stand for one character.
    private int Unit()
    {
        var unit = Hex(4);
        if (char.IsHighSurrogate((char)unit) && reader.Take("\\u"))
        {
            var low = Hex(4);
            return char.IsLowSurrogate((char)low) ? char.ConvertToUtf32((char)unit, (char)low) : -1;
        }

        return unit;
    }

    private int Braces()
    {
        var digits = reader.TakeUntil('}');
        return digits is { Length: < 10 } && TryHex(digits, out var value) ? value : -1;
    }

    private int Hex(int digits)
    {
        if (reader.Rest.Length >= digits && TryHex(reader.Rest[..digits], out var value))
        {
            reader.Skip(digits);
            return value;
        }

        reader.Refuse($"an escape is not followed by {digits} hexadecimal digits");
        return 0;
    }

    private static bool TryHex(ReadOnlySpan<char> digits, out int value) =>
        int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
}
