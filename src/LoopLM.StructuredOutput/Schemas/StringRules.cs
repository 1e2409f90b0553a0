using LoopLM.StructuredOutput.Automata;
using LoopLM.StructuredOutput.Patterns;

namespace LoopLM.StructuredOutput.Schemas;

/// <summary>
/// What schemas say about strings and about the names of properties, as sets of strings that can be intersected and subtracted, and the
/// rules that write them.
/// </summary>
/// <param name="context">What the schemas of one grammar share.</param>
internal sealed class StringRules(TranslationContext context)
{
    // Schemas say the same again and again.
    private readonly Dictionary<string, StringLanguage> _patterns = [];
    private readonly Dictionary<StringLanguage, int> _rules = [];

    /// <summary>The strings that fulfil all assertions of one schema.</summary>
    /// <param name="patterns">Values of <c>pattern</c>.</param>
    /// <param name="formats">Values of <c>format</c>. Those that are unknown assert nothing.</param>
    /// <param name="minLength">Fewest code points.</param>
    /// <param name="maxLength">Most code points; null for any number.</param>
    /// <param name="problem">Why they cannot be enforced; null where they can.</param>
    /// <returns>Null where they cannot be enforced; an empty language where no string fulfils all.</returns>
    public StringLanguage? TryRead(
        IEnumerable<string> patterns, IEnumerable<string> formats, int minLength, int? maxLength, out string? problem)
    {
        problem = null;
        var language = OfLength(minLength, maxLength);
        foreach (var pattern in patterns)
        {
            if (language is not null)
            {
                language = TryPattern(pattern, out problem) is { } next ? TryIntersect(language, next, out problem) : null;
            }
        }

        foreach (var format in formats)
        {
            language = language is null ? null : TryFormat(language, format, out problem);
        }

        return language;
    }

    /// <summary>The strings in which a regular expression finds something.</summary>
    /// <param name="pattern">The expression.</param>
    /// <param name="problem">Why they cannot be enforced; null where they can.</param>
    public StringLanguage? TryPattern(string pattern, out string? problem)
    {
        if (pattern.Length > context.Limits.MaxPatternLength)
        {
            problem = $"it has {pattern.Length} characters; at most {context.Limits.MaxPatternLength} are allowed";
            return null;
        }

        if (_patterns.TryGetValue(pattern, out var known) || context.Builder.IsFull)
        {
            problem = known is null ? context.TooLarge : null;
            return known;
        }

        return PatternParser.Parse(pattern, anchored: false, out problem) is { } node && TryPattern(node, out problem) is { } language
            ? _patterns[pattern] = language
            : null;
    }

    /// <summary>The strings of an expression that stands for the whole of them.</summary>
    /// <param name="node">The expression.</param>
    /// <param name="problem">Why they cannot be enforced; null where they can.</param>
    public StringLanguage? TryPattern(PatternNode node, out string? problem)
    {
        // A long repetition of one class, between parts of fixed length, is a matter of the length alone: it is not written out.
        var (min, max) = (0, (int?)null);
        if (node is PatternNode.Sequence(var parts) && LongRepetition(parts) is { } index)
        {
            var (body, least, most) = (PatternNode.Repetition)parts[index];
            var rest = parts.Where((_, i) => i != index).Sum(part => (int)FixedLength(part)!.Value);
            (min, max) = (rest + least, rest + most);
            node = new PatternNode.Sequence([.. parts.Take(index), new PatternNode.Repetition(body, 0, null), .. parts.Skip(index + 1)]);
        }

        var automaton = context.Patterns.TryCompile(node, out problem);
        var language = automaton is null ? null : Simplify(new(automaton, min, max));
        problem ??= language is null ? context.Automata.Problem : null;
        return language;
    }

    /// <summary>The strings of a language that have a format; all of them where the format is unknown, as it is an annotation then.</summary>
    /// <param name="language">The language.</param>
    /// <param name="format">The value of <c>format</c>.</param>
    /// <param name="problem">Why they cannot be enforced; null where they can.</param>
    public StringLanguage? TryFormat(StringLanguage language, string format, out string? problem)
    {
        problem = null;
        if (StringFormats.Find(format, wide: false) is not { } narrow)
        {
            return language;
        }

        var both = TryIntersect(language, narrow, out problem);
        return both is { IsEmpty: true } ? TryIntersect(language, StringFormats.Find(format, wide: true)!, out problem) : both;
    }

    /// <summary>The strings of a length.</summary>
    /// <param name="min">Fewest code points.</param>
    /// <param name="max">Most code points; null for any number.</param>
    public static StringLanguage OfLength(int min, int? max) => min > max ? StringLanguage.Empty : new(CodePointAutomaton.Any, min, max);

    /// <summary>Some strings.</summary>
    /// <param name="texts">The strings.</param>
    /// <param name="problem">Why they cannot be enforced; null where they can.</param>
    public StringLanguage? TryOf(IEnumerable<string> texts, out string? problem)
    {
        var automaton = context.Automata.TryComplement(OtherNames.Automaton(texts));
        problem = automaton is null ? context.Automata.Problem : null;
        return automaton is null ? null : new(automaton);
    }

    /// <summary>The strings that are in both.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    /// <param name="problem">Why they cannot be enforced; null where they can.</param>
    public StringLanguage? TryIntersect(StringLanguage left, StringLanguage right, out string? problem)
    {
        var max = left.MaxLength is null || right.MaxLength < left.MaxLength ? right.MaxLength : left.MaxLength;
        var language = context.Automata.TryIntersect(left.Automaton, right.Automaton) is { } both
            ? Simplify(new(both, Math.Max(left.MinLength, right.MinLength), max))
            : null;
        problem = language is null ? context.Automata.Problem : null;
        return language;
    }

    /// <summary>The strings that are in the first and not in the second.</summary>
    /// <param name="left">The first.</param>
    /// <param name="right">The second.</param>
    /// <param name="problem">Why they cannot be enforced; null where they can.</param>
    public StringLanguage? TryExcept(StringLanguage left, StringLanguage right, out string? problem)
    {
        problem = context.Automata.Problem;
        return TryCount(right) is { } automaton && context.Automata.TryComplement(automaton) is { } rest
            ? TryIntersect(left, new(rest), out problem) : null;
    }

    /// <summary>The strings of a language less some.</summary>
    /// <param name="language">The language.</param>
    /// <param name="texts">What is left out.</param>
    /// <param name="problem">Why they cannot be enforced; null where they can.</param>
    public StringLanguage? TryWithout(StringLanguage language, IEnumerable<string> texts, out string? problem) =>
        TryIntersect(language, new(OtherNames.Automaton(texts)), out problem);

    /// <summary>The rule of the strings, with their quotes; of no string, nothing that ever ends.</summary>
    public int Rule(StringLanguage language)
    {
        if (language.Automaton.IsAny)
        {
            return context.Rules.Text(language.MinLength, language.MaxLength);
        }

        if (!_rules.TryGetValue(language, out var rule))
        {
            rule = language.IsEmpty ? context.Builder.Choice() : context.Rules.Rule(context.Rules.Quoted(language));
            _rules.Add(language, rule);
        }

        return rule;
    }

    // Where all other parts have a fixed length and read what they match.
    private int? LongRepetition(IReadOnlyList<PatternNode> parts)
    {
        const int longest = 32;
        var index = parts.ToList().FindIndex(part => part is PatternNode.Repetition { Body: PatternNode.Character } repetition
            && (repetition.Max ?? repetition.Min) is var times && times > longest && times <= context.Limits.MaxCount);
        return index >= 0 && !parts.Where((part, i) => i != index && FixedLength(part) is null).Any() ? index : null;
    }

    // Null where texts of the node differ in length, or are longer than any that is allowed.
    private long? FixedLength(PatternNode node)
    {
        long? length = node switch
        {
            PatternNode.Character => 1,
            PatternNode.Sequence(var parts) => parts.Aggregate((long?)0, (sum, part) => sum + FixedLength(part)),
            PatternNode.Choice(var options) => options.Select(FixedLength).Distinct().ToList() is [var only] ? only : null,
            PatternNode.Repetition(var body, var min, var max) when min == max => FixedLength(body) * min,
            _ => null,
        };
        return length <= context.Limits.MaxCount ? length : null;
    }

    // Drops bounds that hold anyway, and finds that nothing has the right length; null where that takes too much.
    private StringLanguage? Simplify(StringLanguage language)
    {
        var (automaton, min, max) = language;
        if (automaton.IsEmpty || min > max)
        {
            return StringLanguage.Empty;
        }

        var (shortest, longest) = automaton.Lengths();
        min = min <= shortest ? 0 : min;
        max = longest <= max ? null : max;
        if (shortest > max || longest < min)
        {
            return StringLanguage.Empty;
        }

        if (!automaton.IsAny && min > 0 && max is not null)
        {
            var states = automaton.States.Select(state => (state.Accepts, state.Moves.Select(move => (1L, move.Target)).ToArray())).ToList();
            return LengthMeasure.TryCreate(states, min, max, context.Automata.TryRead) is not { } measure ? null
                : measure.Rest(0, 0) == CompletionCosts.Never ? StringLanguage.Empty
                : new(automaton, min, max);
        }

        return new(automaton, min, max);
    }

    // The length as states of the automaton.
    private CodePointAutomaton? TryCount(StringLanguage language)
    {
        var (automaton, min, max) = language;
        if (min == 0 && max is null)
        {
            return automaton;
        }

        return context.Automata.TryAlphabet(automaton.Sets) is not { } alphabet ? null
            : context.Automata.TryBuild(
                alphabet,
                (State: 0, Length: 0),
                state => automaton.States[state.State].Accepts && state.Length >= min,
                state =>
                    from move in automaton.States[state.State].Moves
                    where state.Length != max
                    from letter in alphabet.Of(move.Set)
                    select (letter, (move.Target, max is null ? Math.Min(state.Length + 1, min) : state.Length + 1)));
    }
}
