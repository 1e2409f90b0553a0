using System.Numerics;
using LoopLM.StructuredOutput.Patterns;
using LoopLM.StructuredOutput.Unicode;

namespace LoopLM.StructuredOutput.Schemas;

/// <summary>Writes the rules of numbers: of each range once.</summary>
/// <param name="context">What the schemas of one grammar share.</param>
internal sealed class NumberRules(TranslationContext context)
{
    // What readers of 64 bits take. Without a bound an integer has fewer digits, so that any of them is read.
    private static readonly BigInteger s_largest = BigInteger.Pow(10, 18) - 1;
    private static readonly BigInteger s_lowest = long.MinValue;
    private static readonly BigInteger s_highest = ulong.MaxValue;

    // A double tells numbers of so many digits apart.
    private const int ExactDigits = 15;
    private const int MaxRemainders = 4096;

    // Characters of a number that has no bound beside its steps.
    private const int OpenDigits = 18;

    private readonly Dictionary<string, int> _rules = [];

    /// <summary>The rule of the numbers of a range.</summary>
    /// <param name="range">The range.</param>
    /// <param name="types">Which of <see cref="JsonTypes.Number"/> are.</param>
    /// <param name="problem">Why there is none; null where there is one.</param>
    public int? TryRule(NumberRange range, JsonTypes types, out string? problem)
    {
        problem = null;
        if (range.IsAll && types != JsonTypes.Fraction)
        {
            return types == JsonTypes.Integer ? context.Rules.Integer : context.Rules.Number;
        }

        var key = $"{types} {range.Min} {range.AboveMin} {range.Max} {range.BelowMax} {string.Join(' ', range.Steps)}";
        if (_rules.TryGetValue(key, out var rule))
        {
            return rule;
        }

        // Beside a remainder the digits are counted and not written out.
        var isOpen = types != JsonTypes.Fraction && range is { Steps.Count: > 0, Max: null } && range.Min is null or { Sign: 0 };
        var automaton = types switch
        {
            JsonTypes.Fraction => Both(TryNumbers(range), JsonRules.Parse("""-?[0-9]+\.[0-9]*[1-9][0-9]*""")),
            _ when isOpen => TryOpen(range, types == JsonTypes.Integer),
            JsonTypes.Integer => TryIntegers(range),
            _ => TryNumbers(range),
        };
        problem = automaton is null ? context.Automata.Problem : automaton.IsEmpty ? "no number is left" : null;
        return problem is null ? _rules[key] = context.Rules.Rule(context.Rules.Raw(new(automaton!, 0, isOpen ? OpenDigits : null))) : null;
    }

    private CodePointAutomaton? TryOpen(NumberRange range, bool integers)
    {
        var automaton = context.Patterns.TryCompile(
            JsonRules.Parse($"{(range.Min is null ? "-?" : "")}(?:0|[1-9][0-9]*){(integers ? "" : "(?:[.][0-9]+)?")}"), out _);
        automaton = range.AboveMin ? Both(automaton, JsonRules.Parse("[0-9.]*[1-9][0-9.]*")) : automaton;
        return Multiples(automaton, integers ? range.Steps.Select(WholeStep) : range.Steps, integers);
    }

    private CodePointAutomaton? TryIntegers(NumberRange range)
    {
        var min = range.Min is { } low ? low.Ceiling + (range.AboveMin && low.Scale == 0 ? 1 : 0) : (BigInteger?)null;
        var max = range.Max is { } high ? high.Floor - (range.BelowMax && high.Scale == 0 ? 1 : 0) : (BigInteger?)null;
        var first = BigInteger.Max(min ?? (max < -s_largest ? s_lowest : -s_largest), s_lowest);
        var last = BigInteger.Min(max ?? (min > s_largest ? s_highest : s_largest), s_highest);
        var automaton = DecimalPatterns.Integers(first, last) is { } pattern ? context.Patterns.TryCompile(pattern, out _) : CodePointAutomaton.Empty;
        return Multiples(automaton, range.Steps.Select(WholeStep), integers: true);
    }

    // An integer is a multiple of 2.5 = 25 / 10 if it is one of 5 = 25 / gcd(25, 10).
    private static DecimalValue WholeStep(DecimalValue step) =>
        step.Unscaled / BigInteger.GreatestCommonDivisor(step.Unscaled, BigInteger.Pow(10, step.Scale));

    private CodePointAutomaton? TryNumbers(NumberRange range)
    {
        var automaton = range is { Min: null, Max: null } ? context.Patterns.TryCompile(DecimalPatterns.Any, out _) : CodePointAutomaton.Any;
        if (range.Min is { } min)
        {
            automaton = Both(automaton, DecimalPatterns.AtLeast(range.AboveMin && min.Sign != 0 ? min + Margin(min) : min));
        }

        if (range.Max is { } max)
        {
            automaton = Both(automaton, DecimalPatterns.AtMost(range.BelowMax && max.Sign != 0 ? max + -Margin(max) : max));
        }

        if ((range.AboveMin && range.Min!.Value.Sign == 0) || (range.BelowMax && range.Max!.Value.Sign == 0))
        {
            automaton = Both(automaton, JsonRules.Parse("""-?[0.]*[1-9][0-9.]*(?:[eE][+-]?[0-9]+)?"""));
        }

        return Multiples(automaton, range.Steps, integers: false);
    }

    // As doubles, numbers this far apart differ, so that one beyond an exclusive bound is so for every reader.
    private static DecimalValue Margin(DecimalValue bound) =>
        DecimalValue.PowerOfTen(Math.Max(bound.Exponent - ExactDigits + 1, -DecimalPatterns.MaxDigits));

    private CodePointAutomaton? Both(CodePointAutomaton? automaton, PatternNode pattern) =>
        automaton is not null && context.Patterns.TryCompile(pattern, out _) is { } next ? context.Automata.TryIntersect(automaton, next) : null;

    private CodePointAutomaton? Multiples(CodePointAutomaton? automaton, IEnumerable<DecimalValue> steps, bool integers)
    {
        foreach (var step in steps)
        {
            automaton = automaton is not null && TryMultiples(step, integers) is { } multiples
                ? context.Automata.TryIntersect(automaton, multiples)
                : null;
        }

        return automaton;
    }

    // Numbers without an exponent. A step of Unscaled / 10^Scale divides a number if Unscaled divides the digits up to that scale, and what
    // stands behind them is 0. Zeros at the end of a step are told apart from the rest: they only count the zeros at the end of the number.
    private CodePointAutomaton? TryMultiples(DecimalValue step, bool integers)
    {
        var (divisor, zeros) = (step.Unscaled, 0);
        for (; divisor % 10 == 0; divisor /= 10)
        {
            zeros++;
        }

        if (divisor * (zeros + step.Scale + 1) > MaxRemainders)
        {
            return null;
        }

        var (divide, scale) = ((int)divisor, step.Scale);
        const string characters = "-.0123456789";
        if (context.Automata.TryAlphabet(characters.Select(character => CodePointSet.Of(character))) is not { } alphabet)
        {
            return null;
        }

        var letters = characters.ToDictionary(character => character, character => alphabet.Of(CodePointSet.Of(character))[0]);
        return context.Automata.TryBuild(alphabet, new Digits(0, 0, -1), IsMultiple, Moves);

        bool IsMultiple(Digits read)
        {
            var remainder = read.Remainder;
            for (var behind = Math.Max(read.Behind, 0); behind < scale; behind++)
            {
                remainder = remainder * 10 % divide;
            }

            return remainder == 0 && (read.Zeros == zeros || read.IsZero);
        }

        IEnumerable<(int Letter, Digits Target)> Moves(Digits read)
        {
            if (read is { IsZero: true, Behind: -1 })
            {
                yield return (letters['-'], read);
            }

            if (read.Behind < 0 && !integers)
            {
                yield return (letters['.'], read with { Behind = 0 });
            }

            for (var digit = 0; digit < 10; digit++)
            {
                if (read.Behind < scale)
                {
                    yield return (letters[(char)('0' + digit)], Append(read, digit) with { Behind = read.Behind < 0 ? -1 : read.Behind + 1 });
                }
                else if (digit == 0)
                {
                    yield return (letters['0'], read);
                }
            }
        }

        Digits Append(Digits read, int digit)
        {
            if (read.IsZero && digit == 0)
            {
                return read;
            }

            if (digit == 0 && read.Zeros < zeros)
            {
                return read with { Zeros = read.Zeros + 1 };
            }

            var remainder = read.Remainder;
            for (var i = digit == 0 ? 0 : read.Zeros; i >= 0; i--)
            {
                remainder = remainder * 10 % divide;
            }

            return read with { Remainder = (remainder + digit) % divide, Zeros = digit == 0 ? read.Zeros : 0, IsZero = false };
        }
    }

    // The digits so far: their remainder without the zeros at the end that are counted, and how many stand behind the point (-1: none yet).
    private readonly record struct Digits(int Remainder, int Zeros, int Behind, bool IsZero = true);
}
