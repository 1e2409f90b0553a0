using System.Buffers;
using System.Globalization;
using LoopLM.StructuredOutput.Unicode;

namespace LoopLM.StructuredOutput.Patterns;

/// <summary>
/// Reads ECMAScript's regular expressions (ECMA-262, section 22.2.1), as with the flag <c>u</c>, as far as they are regular. Back-references and
/// look-behind are refused. What the flag forbids although its meaning is clear is read: superfluous escapes, and braces that stand for themselves.
/// </summary>
internal sealed class PatternParser
{
    private const int MaxNesting = 32;
    private static readonly SearchValues<char> s_quantifiers = SearchValues.Create("0123456789,");

    private readonly PatternReader _reader;
    private readonly PatternCharacters _characters;
    private readonly bool _anchored;
    private bool _dotAll;

    private PatternParser(string pattern, bool anchored)
    {
        _reader = new(pattern);
        _characters = new(_reader);
        _anchored = anchored;
    }

    /// <summary>Reads a pattern.</summary>
    /// <param name="pattern">The pattern.</param>
    /// <param name="anchored">Whether it stands for the whole text even without <c>^</c> and <c>$</c>; else what it finds may be anywhere in the text.</param>
    /// <param name="problem">What is wrong with it; null if nothing is.</param>
    public static PatternNode? Parse(string pattern, bool anchored, out string? problem)
    {
        var parser = new PatternParser(pattern, anchored);
        if (parser._reader.Rest is ['(', '?', 'i' or 's', ..] && parser._reader.Rest[2..].IndexOfAnyExcept("is") is var length and > 0
            && parser._reader.Rest[2 + length] == ')')
        {
            // Other dialects write flags of the whole pattern so.
            parser._reader.Skip(2);
            parser.Flags(')');
        }

        var node = parser.Choice(nesting: 0);
        if (parser._reader.HasNext)
        {
            parser.Refuse("')' closes no group");
        }

        problem = parser._reader.Problem;
        return problem is null ? node : null;
    }

    private PatternNode Choice(int nesting)
    {
        var options = new List<PatternNode> { Sequence(nesting) };
        while (_reader.Take("|"))
        {
            options.Add(Sequence(nesting));
        }

        return options.Count == 1 ? options[0] : new PatternNode.Choice(options);
    }

    private PatternNode.Sequence Sequence(int nesting)
    {
        var parts = new List<PatternNode>();
        while (_reader.HasNext && _reader.Peek is not ('|' or ')'))
        {
            parts.Add(Quantified(Atom(nesting)));
        }

        if (nesting == 0)
        {
            Place(parts);
        }

        return new(parts);
    }

    // An outermost option stands for the whole text. Anchors at its ends say nothing more then; without them anything may stand around it.
    private void Place(List<PatternNode> parts)
    {
        if (parts is [.., PatternNode.LookAhead last] && last == PatternNode.End)
        {
            parts.RemoveAt(parts.Count - 1);
        }
        else if (!_anchored)
        {
            parts.Add(PatternNode.AnyText);
        }

        if (parts is [PatternNode.Start, ..])
        {
            parts.RemoveAt(0);
        }
        else if (!_anchored)
        {
            parts.Insert(0, PatternNode.AnyText);
        }
    }

    private PatternNode Atom(int nesting)
    {
        if (_reader.Take("\\b"))
        {
            return new PatternNode.WordBoundary(Negative: false);
        }

        if (_reader.Take("\\B"))
        {
            return new PatternNode.WordBoundary(Negative: true);
        }

        var rune = _reader.Next();
        switch (rune)
        {
            case '(':
                return Group(nesting);
            case '[':
                return new PatternNode.Character(_characters.Class());
            case '.':
                return new PatternNode.Character(_dotAll ? CodePointSet.All : PatternClasses.Dot);
            case '\\':
                return new PatternNode.Character(_characters.Fold(_characters.Escape(withinClass: false)));
            case '^':
                return new PatternNode.Start();
            case '$':
                return PatternNode.End;
            case '*' or '+' or '?':
                return Refuse("a quantifier has nothing before it");
            case '{' when QuantifierLength(inner: _reader.Rest) > 0:
                return Refuse("a quantifier has nothing before it");
            default:
                return new PatternNode.Character(_characters.Fold(CodePointSet.Of(rune)));
        }
    }

    private PatternNode Group(int nesting)
    {
        if (nesting == MaxNesting)
        {
            return Refuse($"groups are nested more than {MaxNesting} deep");
        }

        var (ignoreCase, dotAll) = (_characters.IgnoreCase, _dotAll);
        bool? negative = _reader.Take("?=") ? false : _reader.Take("?!") ? true : null;
        if (negative is null)
        {
            Open();
        }

        var body = Choice(nesting + 1);
        (_characters.IgnoreCase, _dotAll) = (ignoreCase, dotAll);
        return !_reader.Take(")") ? Refuse("a group is not closed")
            : negative is { } isNegative ? new PatternNode.LookAhead(body, isNegative)
            : body;
    }

    // What stands between the parenthesis and the body of a group that reads.
    private void Open()
    {
        if (!_reader.Take("?") || _reader.Take(":"))
        {
            return;
        }

        if (_reader.Take("<=") || _reader.Take("<!"))
        {
            _reader.Refuse("look-behind is not supported");
        }
        else if (_reader.Take("<") || _reader.Take("P<"))
        {
            if (_reader.TakeUntil('>') is null or "")
            {
                _reader.Refuse("a group's name is not closed");
            }
        }
        else
        {
            Flags(':');
        }
    }

    // Flags to set and, behind a hyphen, to clear.
    private void Flags(char end)
    {
        for (var on = true; _reader.HasNext && !_reader.Take(end.ToString());)
        {
            switch (_reader.Next())
            {
                case '-' when on:
                    on = false;
                    break;
                case 'i':
                    _characters.IgnoreCase = on;
                    break;
                case 's':
                    _dotAll = on;
                    break;
                default:
                    _reader.Refuse("of the groups that begin with '(?' are supported '(?:', '(?=', '(?!', '(?<name>' and the flags 'i' and 's'");
                    break;
            }
        }
    }

    private PatternNode Quantified(PatternNode atom)
    {
        (int Min, int? Max)? times = _reader.Take("*") ? (0, null)
            : _reader.Take("+") ? (1, null)
            : _reader.Take("?") ? (0, 1)
            : Braces();
        if (times is not { } range)
        {
            return atom;
        }

        // Lazy or greedy makes no difference to what matches.
        _ = _reader.Take("?");
        return atom is PatternNode.Start or PatternNode.WordBoundary or PatternNode.LookAhead ? Refuse("a quantifier follows what reads nothing")
            : _reader.Peek is '*' or '+' or '?' ? Refuse("a quantifier follows a quantifier")
            : new PatternNode.Repetition(atom, range.Min, range.Max);
    }

    // Null where no quantifier comes: other braces stand for themselves.
    private (int, int?)? Braces()
    {
        var length = _reader.Peek == '{' ? QuantifierLength(_reader.Rest[1..]) : 0;
        if (length == 0)
        {
            return null;
        }

        var parts = _reader.Rest[1..(length + 1)].ToString().Split(',');
        _reader.Skip(length + 2);
        int? max = parts is [.., { Length: > 0 } last] ? Number(last) : null;
        if (parts.Length <= 2 && Number(parts[0]) is { } min && (max ?? min) >= min && (max is not null || parts is [_, ""]))
        {
            return (min, max);
        }

        _reader.Refuse("a quantifier in braces is not {n}, {n,} or {n,m}");
        return null;

        static int? Number(string digits) =>
            int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;
    }

    // Digits and commas between braces.
    private static int QuantifierLength(ReadOnlySpan<char> inner) =>
        inner.IndexOfAnyExcept(s_quantifiers) is var length and > 0 && inner[length] == '}' ? length : 0;

    private PatternNode.Sequence Refuse(string problem)
    {
        _reader.Refuse(problem);
        return new([]);
    }
}
