using LoopLM.StructuredOutput.Unicode;

namespace LoopLM.Text.Tokenization.PreTokenization.Patterns;

/// <summary>
/// Reads the part of Oniguruma's syntax in which split patterns are written: literals, classes, groups, alternatives, greedy, lazy and possessive
/// quantifiers, <c>(?i:...)</c> around ASCII, and a look at the next character. What it cannot read exactly is refused.
/// </summary>
internal sealed class SplitPatternParser
{
    private const int MaxLength = 8192;
    private const int MaxNesting = 32;
    private const int MaxTimes = 256;

    // Letters of ASCII that together are the folded form of one character, such as ß.
    private static readonly string[] s_folded = ["ss", "ff", "fi", "fl", "st"];

    private readonly PatternReader _reader;
    private int _nesting;
    private bool _ignoresCase;

    private SplitPatternParser(PatternReader reader) => _reader = reader;

    /// <summary>Reads a pattern.</summary>
    /// <param name="source">The pattern.</param>
    /// <param name="problem">Why it cannot be read, and where; null where it can.</param>
    public static SplitNode? Parse(string source, out string? problem)
    {
        if (source.Length is 0 or > MaxLength)
        {
            problem = $"it has {source.Length} characters; 1 to {MaxLength} are read";
            return null;
        }

        var reader = new PatternReader(source);
        var node = new SplitPatternParser(reader).Choice();
        if (reader.HasNext)
        {
            reader.Refuse("')' closes no group");
        }

        problem = reader.Problem;
        return problem is null ? node : null;
    }

    private SplitNode Choice()
    {
        var options = new List<SplitNode>();
        do
        {
            options.Add(Sequence());
        }
        while (_reader.Take('|'));
        return options.Count == 1 ? options[0] : new SplitNode.Choice(options);
    }

    private SplitNode Sequence()
    {
        var parts = new List<SplitNode>();
        var possessive = new List<int>();
        var start = _reader.Position;
        while (_reader.HasNext && !_reader.IsAt('|') && !_reader.IsAt(')'))
        {
            var part = Quantified(Atom(), out var isPossessive);
            if (isPossessive)
            {
                possessive.Add(parts.Count);
            }

            parts.Add(part);
        }

        if (_ignoresCase && s_folded.Any(letters => _reader.Since(start).Contains(letters, StringComparison.OrdinalIgnoreCase)))
        {
            _reader.Refuse($"without case, letters that one character folds to ({string.Join(", ", s_folded)}) are not supported");
        }

        foreach (var index in possessive)
        {
            CheckPossessive((SplitNode.Repetition)parts[index], parts[(index + 1)..]);
        }

        return parts.Count == 1 ? parts[0] : new SplitNode.Sequence(parts);
    }

    /// <summary>A possessive quantifier gives nothing back. It is read as a greedy one where giving back could not help: nothing behind it begins with what it took, or nothing behind it can fail.</summary>
    private void CheckPossessive(SplitNode.Repetition repetition, List<SplitNode> behind)
    {
        var neverFails = _nesting == 0 && behind.TrueForAll(part => part.AlwaysMatches);
        var neverHelps = behind.Exists(part => !part.IsNullable)
            && repetition.Part is SplitNode.Character taken && SplitNode.FirstOf(behind).Intersect(taken.Set).Ranges.Count == 0;
        if (!neverFails && !neverHelps)
        {
            _reader.Refuse("a possessive quantifier is supported only where it does the same as a greedy one");
        }
    }

    private SplitNode Atom()
    {
        var at = _reader.Next();
        switch (at)
        {
            case '(':
                return Group();
            case '[':
                return new SplitNode.Character(_reader.Class(_ignoresCase));
            case '.':
                return new SplitNode.Character(CodePointSet.Of('\n').Complement());
            case '\\':
                return new SplitNode.Character(_reader.Folded(_reader.Escape(), _ignoresCase));
            case '^' or '$':
                return Refuse($"'{(char)at}' is not supported");
            case '*' or '+' or '?' or '{':
                return Refuse("a quantifier has nothing before it");
            default:
                return new SplitNode.Character(_reader.Folded(CodePointSet.Of(at), _ignoresCase));
        }
    }

    private SplitNode Group()
    {
        if (_nesting == MaxNesting)
        {
            return Refuse($"groups are nested more than {MaxNesting} deep");
        }

        var ignoredCase = _ignoresCase;
        var looks = _reader.Take("?=") ? '=' : _reader.Take("?!") ? '!' : ' ';
        if (_reader.Take("?i:"))
        {
            _ignoresCase = true;
        }
        else if (_reader.IsAt('?') && !_reader.Take("?:"))
        {
            return Refuse("of the groups that begin with '(?' only '(?:', '(?i:', '(?=' and '(?!' are supported");
        }

        _nesting++;
        var body = Choice();
        _nesting--;
        _ignoresCase = ignoredCase;
        return !_reader.Take(')') ? Refuse("a group is not closed") : looks == ' ' ? body : Look(body, looks == '!');
    }

    private SplitNode Look(SplitNode body, bool isNegative)
    {
        var options = body is SplitNode.Choice choice ? choice.Options : [body];
        if (options.Any(option => option is not SplitNode.Character))
        {
            return Refuse("'(?=' and '(?!' are supported around one character only");
        }

        return new SplitNode.NextIs(isNegative ? body.First.Complement() : body.First, OrEnd: isNegative);
    }

    private SplitNode Quantified(SplitNode atom, out bool isPossessive)
    {
        isPossessive = false;
        var part = atom;
        for (var count = 0; _reader.Quantifier() is { } times; count++)
        {
            if (count > 0)
            {
                isPossessive = false;
                return Refuse("a quantifier follows a quantifier");
            }

            var (min, max, isCounted) = times;
            if (min > MaxTimes || max > MaxTimes || max < min)
            {
                return Refuse($"a part is repeated 0 to {MaxTimes} times at most");
            }

            if (atom.IsNullable && max != 1)
            {
                return Refuse("what may be empty is repeated");
            }

            // Behind a count, Oniguruma reads '?' and '+' as quantifiers of their own.
            var isLazy = !isCounted && _reader.Take('?');
            isPossessive = !isCounted && !isLazy && _reader.Take('+');
            part = new SplitNode.Repetition(atom, min, max, isLazy);
        }

        return part;
    }

    private SplitNode.Sequence Refuse(string problem)
    {
        _reader.Refuse(problem);
        return new SplitNode.Sequence([]);
    }
}
