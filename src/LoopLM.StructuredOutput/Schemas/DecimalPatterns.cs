using System.Globalization;
using System.Numerics;
using LoopLM.StructuredOutput.Patterns;
using LoopLM.StructuredOutput.Unicode;

namespace LoopLM.StructuredOutput.Schemas;

/// <summary>Numbers of JSON that are at least, or at most, a bound, as patterns of their characters.</summary>
internal static class DecimalPatterns
{
    /// <summary>Most digits before the point, and behind it.</summary>
    public const int MaxDigits = 20;

    /// <summary>The largest power of ten, also negative, that is written as an exponent: a digit before the point keeps to doubles.</summary>
    public const int MaxExponent = 307;

    private static readonly PatternNode s_digit = Digits('0', '9');
    private static readonly PatternNode s_point = Digits('.', '.');
    private static readonly PatternNode s_minus = Digits('-', '-');
    private static readonly PatternNode s_anyFraction = Optional(new PatternNode.Sequence(s_point, Times(s_digit, 1, MaxDigits)));
    private static readonly PatternNode s_anyMantissa = new PatternNode.Sequence(Digits('1', '9'), s_anyFraction);
    private static readonly BigInteger s_largest = BigInteger.Pow(10, MaxDigits) - 1;

    // Whatever stands before the exponent, two digits of it keep to doubles.
    private static readonly PatternNode s_anyMagnitude = new PatternNode.Choice(
        new PatternNode.Sequence(Magnitudes(0, s_largest)!, s_anyFraction, Optional(Exponents(-99, 99)!)),
        new PatternNode.Sequence(s_anyMantissa, Exponents(-MaxExponent, MaxExponent)!));

    /// <summary>Any number.</summary>
    public static readonly PatternNode Any = new PatternNode.Sequence(Optional(s_minus), s_anyMagnitude);

    /// <summary>The integers between two bounds, both included; null if there are none.</summary>
    public static PatternNode? Integers(BigInteger min, BigInteger max)
    {
        var options = new List<PatternNode>();
        if (max >= 0 && Magnitudes(BigInteger.Max(min, 0), max) is { } positive)
        {
            options.Add(positive);
        }

        if (min < 0 && Magnitudes(BigInteger.Max(-max, 1), -min) is { } negative)
        {
            options.Add(new PatternNode.Sequence(s_minus, negative));
        }

        return options.Count == 0 ? null : new PatternNode.Choice(options);
    }

    /// <summary>The numbers that are not smaller.</summary>
    public static PatternNode AtLeast(DecimalValue min) => min.Sign >= 0
        ? AtLeastMagnitude(min)
        : new PatternNode.Choice(s_anyMagnitude, new PatternNode.Sequence(s_minus, AtMostMagnitude(-min)));

    /// <summary>The numbers that are not larger.</summary>
    public static PatternNode AtMost(DecimalValue max) => max.Sign < 0
        ? new PatternNode.Sequence(s_minus, AtLeastMagnitude(-max))
        : new PatternNode.Choice(AtMostMagnitude(max), new PatternNode.Sequence(s_minus, s_anyMagnitude));

    private static PatternNode AtLeastMagnitude(DecimalValue min)
    {
        if (min.Sign == 0)
        {
            return s_anyMagnitude;
        }

        var options = new List<PatternNode>();
        if (min.Exponent < MaxDigits)
        {
            options.Add(new PatternNode.Sequence(Magnitudes(min.Floor, min.Floor)!, min.Scale == 0 ? s_anyFraction : AtLeastFraction(min.Fraction)));
            AddIfAny(options, Magnitudes(min.Floor + 1, s_largest), s_anyFraction);
        }

        AddIfAny(options, s_anyMantissa, Exponents(min.Exponent + 1, MaxExponent));
        if (Exponents(min.Exponent, min.Exponent) is { } exponent)
        {
            var mantissa = min.Shift(-min.Exponent);
            AddIfAny(options, Magnitudes(mantissa.Floor + 1, 9), new PatternNode.Sequence(s_anyFraction, exponent));
            options.Add(new PatternNode.Sequence(
                Magnitudes(mantissa.Floor, mantissa.Floor)!, mantissa.Scale == 0 ? s_anyFraction : AtLeastFraction(mantissa.Fraction), exponent));
        }

        return new PatternNode.Choice(options);
    }

    private static PatternNode.Choice AtMostMagnitude(DecimalValue max)
    {
        var options = new List<PatternNode>();
        var whole = BigInteger.Min(max.Floor, s_largest + 1);
        AddIfAny(options, Magnitudes(0, whole - 1), s_anyFraction);
        if (whole <= s_largest)
        {
            options.Add(new PatternNode.Sequence(Magnitudes(whole, whole)!, AtMostFraction(max.Fraction)));
        }

        if (max.Sign != 0)
        {
            AddIfAny(options, s_anyMantissa, Exponents(-MaxExponent, max.Exponent - 1));
            if (Exponents(max.Exponent, max.Exponent) is { } exponent)
            {
                var mantissa = max.Shift(-max.Exponent);
                AddIfAny(options, Magnitudes(1, mantissa.Floor - 1), new PatternNode.Sequence(s_anyFraction, exponent));
                options.Add(new PatternNode.Sequence(Magnitudes(mantissa.Floor, mantissa.Floor)!, AtMostFraction(mantissa.Fraction), exponent));
            }
        }

        return new(options);
    }

    private static void AddIfAny(List<PatternNode> options, PatternNode? first, PatternNode? second)
    {
        if (first is not null && second is not null)
        {
            options.Add(new PatternNode.Sequence(first, second));
        }
    }

    // A fraction that is not smaller than one that has digits.
    private static PatternNode.Sequence AtLeastFraction(string digits)
    {
        var options = new List<PatternNode> { new PatternNode.Sequence([.. Exactly(digits), Rest(digits.Length)]) };
        for (var i = 0; i < digits.Length && i < MaxDigits; i++)
        {
            if (digits[i] < '9')
            {
                options.Add(new PatternNode.Sequence([.. Exactly(digits[..i]), Digits((char)(digits[i] + 1), '9'), Rest(i + 1)]));
            }
        }

        return new(s_point, new PatternNode.Choice(options));
    }

    private static PatternNode.Repetition AtMostFraction(string digits)
    {
        var zeros = Times(Digits('0', '0'), digits.Length == 0 ? 1 : 0, MaxDigits);
        var options = new List<PatternNode> { new PatternNode.Sequence([.. Exactly(digits), zeros]) };
        for (var i = 0; i < digits.Length && i < MaxDigits; i++)
        {
            if (i > 0)
            {
                options.Add(new PatternNode.Sequence([.. Exactly(digits[..i])]));
            }

            if (digits[i] > '0')
            {
                options.Add(new PatternNode.Sequence([.. Exactly(digits[..i]), Digits('0', (char)(digits[i] - 1)), Rest(i + 1)]));
            }
        }

        return Optional(new PatternNode.Sequence(s_point, new PatternNode.Choice(options)));
    }

    // An exponent between two, both included; null if none is that is written. One digit may have a zero before it.
    private static PatternNode.Sequence? Exponents(int min, int max)
    {
        var options = new List<PatternNode>();
        if (max >= 0 && Magnitudes(Math.Max(min, 0), Math.Min(max, MaxExponent)) is { } positive)
        {
            options.Add(new PatternNode.Sequence(Optional(Digits('+', '+')), Optional(Digits('0', '0')), positive));
        }

        if (min < 0 && Magnitudes(Math.Max(-max, 1), Math.Min(-min, MaxExponent)) is { } negative)
        {
            options.Add(new PatternNode.Sequence(s_minus, Optional(Digits('0', '0')), negative));
        }

        var letter = new PatternNode.Character(CodePointSet.Of('e', 'E'));
        return options.Count == 0 ? null : new PatternNode.Sequence(letter, new PatternNode.Choice(options));
    }

    // Integers from min to max, neither negative: of as many digits as min, as max, and in between.
    private static PatternNode.Choice? Magnitudes(BigInteger min, BigInteger max)
    {
        if (min > max)
        {
            return null;
        }

        var (first, last) = (min.ToString(CultureInfo.InvariantCulture), max.ToString(CultureInfo.InvariantCulture));
        if (first.Length == last.Length)
        {
            return new(SameLength(first, last));
        }

        var options = new List<PatternNode>
        {
            SameLength(first, new('9', first.Length)),
            SameLength($"1{new string('0', last.Length - 1)}", last),
        };
        if (first.Length + 1 < last.Length)
        {
            options.Add(new PatternNode.Sequence(Digits('1', '9'), Times(s_digit, first.Length, last.Length - 2)));
        }

        return new(options);
    }

    // Digits from one number to another that has as many.
    private static PatternNode SameLength(string first, string last)
    {
        if (first.All(digit => digit == '0') && last.All(digit => digit == '9'))
        {
            return Times(s_digit, first.Length, first.Length);
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
            options.Add(new PatternNode.Sequence(Digits((char)(low + 1), (char)(high - 1)), Times(s_digit, rest, rest)));
        }

        return new PatternNode.Choice(options);
    }

    private static IEnumerable<PatternNode> Exactly(string digits) => digits.Select(digit => Digits(digit, digit));

    // The digits that may follow so many.
    private static PatternNode.Repetition Rest(int written) => Times(s_digit, 0, Math.Max(MaxDigits - written, 0));

    private static PatternNode.Repetition Times(PatternNode node, int min, int max) => new(node, min, max);

    private static PatternNode.Repetition Optional(PatternNode node) => new(node, 0, 1);

    private static PatternNode.Character Digits(char first, char last) => new(new((first, last)));
}
