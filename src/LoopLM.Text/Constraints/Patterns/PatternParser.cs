using System.Globalization;
using System.Text;

namespace LoopLM.Text.Constraints.Patterns;

/// <summary>
/// Reads the regular part of ECMAScript's regular expressions: literals, classes, groups, <c>|</c>, quantifiers, and anchors at the ends.
/// Look-around, back-references, <c>\b</c>, <c>\p</c> and flags are refused.
/// </summary>
internal sealed class PatternParser
{
    private const int MaxNesting = 32;
    private static readonly PatternNode s_anyText = new PatternNode.Repetition(new PatternNode.Character(PatternClasses.All), 0, null);

    private readonly string _pattern;
    private readonly bool _anchored;
    private int _at;
    private string? _problem;

    private PatternParser(string pattern, bool anchored) => (_pattern, _anchored) = (pattern, anchored);

    private bool HasNext => _problem is null && _at < _pattern.Length;

    /// <summary>Reads a pattern.</summary>
    /// <param name="pattern">The pattern.</param>
    /// <param name="anchored">Whether it stands for the whole text even without <c>^</c> and <c>$</c>; else what it finds may be anywhere in the text.</param>
    /// <param name="problem">What is wrong with it; null if nothing is.</param>
    public static PatternNode? Parse(string pattern, bool anchored, out string? problem)
    {
        var parser = new PatternParser(pattern, anchored);
        var node = parser.Choice(nesting: 0);
        if (parser.HasNext)
        {
            parser.Refuse("')' closes no group");
        }

        problem = parser._problem;
        return problem is null ? node : null;
    }

    private PatternNode Choice(int nesting)
    {
        var options = new List<PatternNode> { Sequence(nesting) };
        while (Take('|'))
        {
            options.Add(Sequence(nesting));
        }

        return options.Count == 1 ? options[0] : new PatternNode.Choice(options);
    }

    private PatternNode.Sequence Sequence(int nesting)
    {
        var parts = new List<PatternNode>();
        var outermost = nesting == 0;
        if (outermost && !Take('^') && !_anchored)
        {
            parts.Add(s_anyText);
        }

        while (HasNext && _pattern[_at] is not ('|' or ')'))
        {
            if (outermost && _pattern[_at] == '$' && (_at + 1 == _pattern.Length || _pattern[_at + 1] == '|'))
            {
                _at++;
                return new(parts);
            }

            parts.Add(Quantified(Atom(nesting)));
        }

        if (outermost && !_anchored)
        {
            parts.Add(s_anyText);
        }

        return new(parts);
    }

    private PatternNode Atom(int nesting)
    {
        var rune = Next();
        switch (rune)
        {
            case '(':
                return Group(nesting);
            case '[':
                return new PatternNode.Character(Class());
            case '.':
                return new PatternNode.Character(PatternClasses.Dot);
            case '\\':
                return new PatternNode.Character(Escape(withinClass: false));
            case '^' or '$':
                return Refuse("'^' and '$' are supported only at the ends of the pattern or of its outermost alternatives");
            case '*' or '+' or '?' or '{':
                return Refuse("a quantifier has nothing before it");
            default:
                return new PatternNode.Character(CodePointSet.Of(rune));
        }
    }

    private PatternNode Group(int nesting)
    {
        if (nesting == MaxNesting)
        {
            return Refuse($"groups are nested more than {MaxNesting} deep");
        }

        if (Take('?') && !Take(':'))
        {
            return Refuse("of the groups that begin with '(?' only '(?:' is supported");
        }

        var body = Choice(nesting + 1);
        return Take(')') ? body : Refuse("a group is not closed");
    }

    private PatternNode Quantified(PatternNode atom)
    {
        (int Min, int? Max)? times = !HasNext ? null : _pattern[_at] switch
        {
            '*' => (0, null),
            '+' => (1, null),
            '?' => (0, 1),
            '{' => Braces(),
            _ => null,
        };
        if (times is not { } range)
        {
            return atom;
        }

        _at++;

        // Lazy or greedy makes no difference to what matches.
        _ = Take('?');
        return HasNext && _pattern[_at] is '*' or '+' or '?' or '{'
            ? Refuse("a quantifier follows a quantifier")
            : new PatternNode.Repetition(atom, range.Min, range.Max);
    }

    // Leaves the position at the closing brace.
    private (int, int?)? Braces()
    {
        var close = _pattern.IndexOf('}', _at);
        var parts = close < 0 ? [] : _pattern[(_at + 1)..close].Split(',');
        _at = Math.Max(_at, close);
        if (parts.Length is 1 or 2 && Number(parts[0]) is { } min)
        {
            if (parts.Length == 1)
            {
                return (min, min);
            }

            if (parts[1].Length == 0)
            {
                return (min, null);
            }

            if (Number(parts[1]) is { } max && max >= min)
            {
                return (min, max);
            }
        }

        Refuse("a quantifier in braces is not {n}, {n,} or {n,m}");
        return null;

        static int? Number(string digits) =>
            int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;
    }

    private CodePointSet Class()
    {
        var negated = Take('^');
        var set = new CodePointSet();
        while (HasNext && !Take(']'))
        {
            var first = ClassItem();
            if (_at + 1 < _pattern.Length && _pattern[_at] == '-' && _pattern[_at + 1] != ']')
            {
                _at++;
                var last = ClassItem();
                first = Single(first) is { } low && Single(last) is { } high && low <= high
                    ? new((low, high))
                    : Refuse("the ends of a range are not two characters in rising order", first);
            }

            set = set.Union(first);
        }

        if (_pattern[_at - 1] != ']')
        {
            Refuse("a class is not closed");
        }

        return negated ? set.Complement() : set;

        static int? Single(CodePointSet set) => set.Ranges is [var range] && range.First == range.Last ? range.First : null;
    }

    private CodePointSet ClassItem()
    {
        var rune = Next();
        return rune == '\\' ? Escape(withinClass: true) : CodePointSet.Of(rune);
    }

    private CodePointSet Escape(bool withinClass)
    {
        var letter = Next();
        if (letter is > 0 and < 128 && PatternClasses.Find((char)letter) is { } named)
        {
            return named;
        }

        return letter switch
        {
            'n' => CodePointSet.Of('\n'),
            'r' => CodePointSet.Of('\r'),
            't' => CodePointSet.Of('\t'),
            'f' => CodePointSet.Of('\f'),
            'v' => CodePointSet.Of('\v'),
            'b' when withinClass => CodePointSet.Of('\b'),
            'x' => CodePointSet.Of(Hex(2)),
            'u' => CodePointSet.Of(Hex(4)),
            _ when letter is > 0 and < 128 && char.IsAsciiLetterOrDigit((char)letter) => Refuse($"'\\{(char)letter}' is not supported", new()),
            _ => CodePointSet.Of(letter),
        };
    }

    private int Hex(int digits)
    {
        if (_at + digits <= _pattern.Length
            && int.TryParse(_pattern.AsSpan(_at, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            && !char.IsSurrogate((char)value))
        {
            _at += digits;
            return value;
        }

        Refuse($"an escape is not followed by {digits} hexadecimal digits of a character");
        return 0;
    }

    // 0 behind the end.
    private int Next()
    {
        if (!HasNext)
        {
            Refuse("the pattern ends too early");
            return 0;
        }

        _ = Rune.DecodeFromUtf16(_pattern.AsSpan(_at), out var rune, out var length);
        _at += length;
        return rune.Value;
    }

    private bool Take(char value)
    {
        if (!HasNext || _pattern[_at] != value)
        {
            return false;
        }

        _at++;
        return true;
    }

    private PatternNode.Sequence Refuse(string problem)
    {
        _problem ??= $"{problem} (near character {_at})";
        return new([]);
    }

    private CodePointSet Refuse(string problem, CodePointSet instead)
    {
        Refuse(problem);
        return instead;
    }
}
