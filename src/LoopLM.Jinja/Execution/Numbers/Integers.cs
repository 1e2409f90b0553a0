using System.Globalization;
using System.Numerics;
using System.Text;

namespace LoopLM.Jinja.Execution.Numbers;

/// <summary>Whole numbers of any size up to <see cref="MaxDigits"/> digits, which is also where Python stops to write them.</summary>
internal static class Integers
{
    /// <summary>Decimal digits that a whole number may have.</summary>
    public const int MaxDigits = 4300;

    /// <summary>Bits of the largest number of so many digits.</summary>
    private const int MaxBits = 14_285;

    public static string Show(BigInteger value, Budget budget)
    {
        budget.Work(Cost(Bits(value), Bits(value)));
        return value.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>A sum or a difference.</summary>
    public static BigInteger Checked(BigInteger value, Budget budget)
    {
        CheckBits(Bits(value));
        budget.Work(Cost(Bits(value), 32));
        return value;
    }

    public static BigInteger Multiply(BigInteger x, BigInteger y, Budget budget)
    {
        // A product may have one bit less than its factors together.
        CheckBits(Bits(x) + Bits(y) - 1);
        budget.Work(Cost(Bits(x), Bits(y)));
        return Checked(x * y, budget);
    }

    /// <summary>Quotient and remainder, rounded down as Python does: the remainder has the sign of the divisor.</summary>
    public static (BigInteger Quotient, BigInteger Remainder) Divide(BigInteger x, BigInteger y, Budget budget)
    {
        if (y.IsZero)
        {
            throw new JinjaFault("A number is divided by zero.");
        }

        budget.Work(Cost(Bits(x), Bits(y)));
        var quotient = BigInteger.DivRem(x, y, out var remainder);
        return remainder.IsZero || (remainder.Sign < 0) == (y.Sign < 0) ? (quotient, remainder) : (quotient - 1, remainder + y);
    }

    /// <summary>A power with an exponent of at least zero.</summary>
    public static BigInteger Power(BigInteger x, BigInteger y, Budget budget)
    {
        if (BigInteger.Abs(x) <= 1)
        {
            return y.IsZero ? 1 : x.Sign < 0 && y.IsEven ? 1 : x;
        }

        // The result has at least (bits - 1) * y bits.
        CheckBits(y > MaxBits ? long.MaxValue : (Bits(x) - 1) * (long)y);
        var bits = Bits(x) * (long)y;
        budget.Work(Cost(bits, bits));
        return Checked(BigInteger.Pow(x, (int)y), budget);
    }

    /// <summary>The nearest floating-point number.</summary>
    /// <exception cref="JinjaFault">The number is larger than any.</exception>
    public static double ToFloat(BigInteger value)
    {
        // The cast cuts what the parser rounds.
        var number = BigInteger.Abs(value) < (1L << 53)
            ? (double)value
            : double.Parse(value.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        return double.IsFinite(number) ? number : throw new JinjaFault("The whole number is too large for a floating-point number.");
    }

    /// <summary>The quotient of two whole numbers, rounded once.</summary>
    public static double TrueDivide(BigInteger x, BigInteger y, Budget budget)
    {
        if (y.IsZero)
        {
            throw new JinjaFault("A number is divided by zero.");
        }

        if (BigInteger.Abs(x) <= (1L << 53) && BigInteger.Abs(y) <= (1L << 53))
        {
            return (double)x / (double)y;
        }

        // Of a quotient of 70 bits or more, whether there is a rest is all that rounding asks for besides.
        var shift = (int)Math.Max(0, 70 - (Bits(x) - Bits(y)));
        budget.Work(Cost(Bits(x) + shift, Bits(y)));
        var quotient = BigInteger.DivRem(x << shift, y, out var rest);
        quotient = rest.IsZero ? quotient : (quotient << 1) + (rest.Sign == y.Sign ? 1 : -1);
        return Math.ScaleB(ToFloat(quotient), -shift - (rest.IsZero ? 0 : 1));
    }

    /// <summary>Reads a whole number as Python's int() does: white space around it, a sign, single underscores between digits, a prefix of the base.</summary>
    /// <param name="text">The text.</param>
    /// <param name="base">From 2 to 36, or 0 for that of the prefix.</param>
    /// <param name="budget">What it spends; null where nothing counts.</param>
    /// <returns>Null where the text is none.</returns>
    public static BigInteger? Parse(string text, int @base, Budget? budget)
    {
        var trimmed = Texts.Spaces.Trim(text);
        var negative = trimmed.StartsWith('-');
        var digits = trimmed.StartsWith('-') || trimmed.StartsWith('+') ? trimmed[1..] : trimmed;
        var mark = digits.Length > 1 && digits[0] == '0' ? char.ToLowerInvariant(digits[1]) : ' ';
        var prefix = mark switch { 'x' => 16, 'o' => 8, 'b' => 2, _ => 0 };
        if (prefix != 0 && (prefix == @base || @base == 0))
        {
            (digits, @base) = (digits[2..], prefix);
            digits = digits.StartsWith('_') ? digits[1..] : digits;
        }
        else if (@base == 0)
        {
            // Without a prefix, a number that is not zero cannot begin with it.
            if (digits.StartsWith('0') && digits.Trim('0', '_').Length > 0)
            {
                return null;
            }

            @base = 10;
        }

        return ParseDigits(digits, @base, budget) is { } value ? negative ? -value : value : null;
    }

    /// <summary>The value of digits of any script, with single underscores between them; null where it is none or there are too many.</summary>
    private static BigInteger? ParseDigits(string digits, int @base, Budget? budget)
    {
        if (digits.Length == 0 || digits.Length > 2 * MaxDigits
            || digits[0] == '_' || digits[^1] == '_' || digits.Contains("__", StringComparison.Ordinal))
        {
            return null;
        }

        budget?.Work(Cost(digits.Length * 4, digits.Length * 4));
        var value = BigInteger.Zero;
        var count = 0;
        foreach (var rune in digits.EnumerateRunes())
        {
            if (rune.Value == '_')
            {
                continue;
            }

            var digit = Digit(rune);
            if (digit < 0 || digit >= @base || ++count > MaxDigits)
            {
                return null;
            }

            value = (value * @base) + digit;
        }

        return value;
    }

    private static int Digit(Rune rune) =>
        rune.IsAscii && char.IsAsciiLetter((char)rune.Value) ? (rune.Value | 0x20) - 'a' + 10
        : Rune.GetUnicodeCategory(rune) == UnicodeCategory.DecimalDigitNumber ? (int)Rune.GetNumericValue(rune)
        : -1;

    private static long Bits(BigInteger value) => BigInteger.Abs(value).GetBitLength();

    // The time of multiplying, dividing and writing grows with the product of the lengths.
    private static long Cost(long bits, long otherBits) => (1 + (bits / 32)) * (1 + (otherBits / 32));

    private static void CheckBits(long bits)
    {
        if (bits > MaxBits)
        {
            throw new JinjaFault(JinjaErrorKind.LimitExceeded, $"The template needs a whole number of more than {MaxDigits} digits.");
        }
    }
}
