using System.Globalization;
using LoopLM.Text.Constraints.Patterns;

namespace LoopLM.Text.Constraints.Schemas;

/// <summary>Numbers between two integers, as patterns of their decimal digits.</summary>
/// <param name="Min">The lower bound; from -<see cref="Largest"/>.</param>
/// <param name="Max">The upper bound; up to <see cref="Largest"/>.</param>
internal readonly record struct NumberRange(long Min, long Max)
{
    /// <summary>The integer of the most digits.</summary>
    public const long Largest = 999_999_999_999_999_999;

    /// <summary>The largest bound of numbers that are not integers: with <see cref="FractionDigits"/> behind it a double still tells neighbours apart.</summary>
    public const long LargestDecimalBound = 1_000_000_000;

    /// <summary>The largest whole part of such a number where it has no bound.</summary>
    public const long LargestWhole = 999_999_999_999_999;

    private const int FractionDigits = 6;

    private static readonly PatternNode s_digit = Digits('0', '9');

    /// <summary>The integers of the range, both ends included; null if there are none.</summary>
    public PatternNode? Integers()
    {
        var options = new List<PatternNode>();
        if (Max >= 0 && Magnitudes(Math.Max(Min, 0), Max) is { } positive)
        {
            options.Add(positive);
        }

        if (Min < 0 && Magnitudes(Math.Max(-Max, 1), -Min) is { } negative)
        {
            options.Add(new PatternNode.Sequence(Digits('-', '-'), negative));
        }

        return options.Count == 0 ? null : new PatternNode.Choice(options);
    }

    /// <summary>The decimal numbers of the range without exponent; null if there are none.</summary>
    /// <param name="aboveMin">Whether the lower bound is left out.</param>
    /// <param name="belowMax">Whether the upper bound is left out.</param>
    public PatternNode? Decimals(bool aboveMin, bool belowMax)
    {
        var options = new List<PatternNode>();
        if (Max > 0 || (Max == 0 && !belowMax))
        {
            AddDecimals(options, Math.Max(Min, 0), aboveMin && Min >= 0, Max, belowMax);
        }

        if (Min < 0)
        {
            var magnitudes = new List<PatternNode>();
            AddDecimals(magnitudes, Math.Max(-Max, 0), belowMax && Max <= 0, -Min, aboveMin);
            options.AddRange(magnitudes.Select(magnitude => new PatternNode.Sequence(Digits('-', '-'), magnitude)));
        }

        return options.Count == 0 ? null : new PatternNode.Choice(options);
    }

    private static void AddDecimals(List<PatternNode> options, long min, bool aboveMin, long max, bool belowMax)
    {
        if (aboveMin && min < max)
        {
            // The last digit of the fraction keeps it above the bound.
            options.Add(new PatternNode.Sequence(
                Magnitudes(min, min)!, Digits('.', '.'), new PatternNode.Repetition(s_digit, 0, FractionDigits - 1), Digits('1', '9')));
        }

        if (Magnitudes(aboveMin ? min + 1 : min, max - 1) is { } whole)
        {
            options.Add(new PatternNode.Sequence(whole, Fraction(s_digit)));
        }

        if (!belowMax && (min < max || (min == max && !aboveMin)))
        {
            options.Add(new PatternNode.Sequence(Magnitudes(max, max)!, Fraction(Digits('0', '0'))));
        }
    }

    private static PatternNode.Repetition Fraction(PatternNode digit) =>
        new(new PatternNode.Sequence(Digits('.', '.'), new PatternNode.Repetition(digit, 1, FractionDigits)), 0, 1);

    // Integers from min to max, neither negative, length by length.
    private static PatternNode.Choice? Magnitudes(long min, long max)
    {
        var options = new List<PatternNode>();
        for (var (first, power) = (min, 10L); first <= max; first = power, power *= 10)
        {
            while (power <= first)
            {
                power *= 10;
            }

            var last = Math.Min(max, power - 1);
            options.Add(SameLength(first.ToString(CultureInfo.InvariantCulture), last.ToString(CultureInfo.InvariantCulture)));
        }

        return options.Count == 0 ? null : new(options);
    }

    // Digits from one number to another that has as many.
    private static PatternNode SameLength(string first, string last)
    {
        if (first.All(digit => digit == '0') && last.All(digit => digit == '9'))
        {
            return new PatternNode.Repetition(s_digit, first.Length, first.Length);
        }

        var (low, high, rest) = (first[0], last[0], first.Length - 1);
        if (low == high)
        {
            return new PatternNode.Sequence(Digits(low, low), SameLength(first[1..], last[1..]));
        }

        var options = new List<PatternNode>
        {
            new PatternNode.Sequence(Digits(low, low), SameLength(first[1..], new('9', rest))),
            new PatternNode.Sequence(Digits(high, high), SameLength(new('0', rest), last[1..])),
        };
        if (low + 1 < high)
        {
            options.Add(new PatternNode.Sequence(Digits((char)(low + 1), (char)(high - 1)), new PatternNode.Repetition(s_digit, rest, rest)));
        }

        return new PatternNode.Choice(options);
    }

    private static PatternNode.Character Digits(char first, char last) => new(new((first, last)));
}
