using System.Globalization;
using System.Numerics;
using System.Text;

namespace LoopLM.Jinja.Execution.Numbers;

/// <summary>Floating-point numbers as Python writes, reads, divides and rounds them.</summary>
internal static class Floats
{
    /// <summary>The shortest digits that give the number again, with an exponent from 1e16 on and below 1e-4, as Python's repr.</summary>
    public static string Show(double value)
    {
        if (!double.IsFinite(value))
        {
            return double.IsNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
        }

        var (digits, point) = ShortestDigits(Math.Abs(value));
        return (double.IsNegative(value) ? "-" : "") + Lay(digits, point);
    }

    /// <summary>Reads a number as Python's float() does; null where the text is none.</summary>
    public static double? Parse(string text)
    {
        var trimmed = Texts.Spaces.Trim(text);
        var unsigned = trimmed.StartsWith('-') || trimmed.StartsWith('+') ? trimmed[1..] : trimmed;
        var sign = trimmed.StartsWith('-') ? -1 : 1;
        switch (unsigned.ToLowerInvariant())
        {
            case "inf" or "infinity":
                return sign * double.PositiveInfinity;
            case "nan":
                return double.NaN;
        }

        var ascii = new StringBuilder(unsigned.Length);
        var previous = ' ';
        foreach (var rune in unsigned.EnumerateRunes())
        {
            var isDigit = Rune.GetUnicodeCategory(rune) == UnicodeCategory.DecimalDigitNumber;
            var current = isDigit ? (char)('0' + (int)Rune.GetNumericValue(rune)) : rune.IsAscii ? (char)rune.Value : 'x';

            // An underscore stands between two digits.
            if (current == '_' ? !char.IsAsciiDigit(previous) : previous == '_' && !isDigit)
            {
                return null;
            }

            previous = current;
            _ = current == '_' ? ascii : ascii.Append(current);
        }

        const NumberStyles styles = NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        return previous != '_' && double.TryParse(ascii.ToString(), styles, CultureInfo.InvariantCulture, out var number) ? sign * number : null;
    }

    /// <summary>Quotient and remainder of a division that rounds down.</summary>
    public static (double Quotient, double Remainder) Divide(double x, double y)
    {
        if (y == 0)
        {
            throw new JinjaFault("A number is divided by zero.");
        }

        var remainder = x % y;
        var quotient = (x - remainder) / y;
        if (remainder == 0)
        {
            remainder = Math.CopySign(0, y);
        }
        else if ((remainder < 0) != (y < 0))
        {
            (remainder, quotient) = (remainder + y, quotient - 1);
        }

        if (quotient == 0)
        {
            return (Math.CopySign(0, x / y), remainder);
        }

        var whole = Math.Floor(quotient);
        return (quotient - whole > 0.5 ? whole + 1 : whole, remainder);
    }

    /// <summary>A power.</summary>
    /// <exception cref="JinjaFault">It is not a real number or larger than any.</exception>
    public static double Power(double x, double y)
    {
        if (x == 0 && y < 0)
        {
            throw new JinjaFault("A number is divided by zero.");
        }

        var power = Math.Pow(x, y);
        return double.IsNaN(power) && !double.IsNaN(x) && !double.IsNaN(y)
            ? throw new JinjaFault("The power of a negative number with a fraction is not a real number.")
            : double.IsInfinity(power) && double.IsFinite(x) && double.IsFinite(y) ? throw new JinjaFault("The power is too large.")
            : power;
    }

    /// <summary>Rounds to so many decimals, the exact value's half to the even digit.</summary>
    public static double Round(double value, long decimals)
    {
        // Beyond these no digit is left to round, or none remains.
        if (!double.IsFinite(value) || decimals > 323)
        {
            return value;
        }

        if (decimals < -308)
        {
            return Math.CopySign(0, value);
        }

        var scaled = RoundScaled(Math.Abs(value), (int)decimals).ToString(CultureInfo.InvariantCulture);
        var rounded = double.Parse($"{scaled}E{-decimals}", CultureInfo.InvariantCulture);
        return double.IsFinite(rounded) ? Math.CopySign(rounded, value) : throw new JinjaFault("The rounded number is too large.");
    }

    /// <summary>A number of at least zero times a power of ten, rounded to a whole number, half to even. The result is exact.</summary>
    public static BigInteger RoundScaled(double value, int power)
    {
        var bits = BitConverter.DoubleToInt64Bits(value);
        var exponent = (int)((bits >> 52) & 0x7FF);
        var mantissa = (bits & ((1L << 52) - 1)) | (exponent == 0 ? 0 : 1L << 52);
        var (numerator, denominator) = (new BigInteger(mantissa), BigInteger.One);
        var shift = Math.Max(exponent, 1) - 1075;
        (numerator, denominator) = shift < 0 ? (numerator, denominator << -shift) : (numerator << shift, denominator);
        var scale = BigInteger.Pow(10, Math.Abs(power));
        (numerator, denominator) = power < 0 ? (numerator, denominator * scale) : (numerator * scale, denominator);
        return RoundQuotient(numerator, denominator);
    }

    /// <summary>A quotient of numbers of at least zero, rounded to a whole number, half to even.</summary>
    public static BigInteger RoundQuotient(BigInteger numerator, BigInteger denominator)
    {
        var quotient = BigInteger.DivRem(numerator, denominator, out var rest);
        var order = (rest * 2).CompareTo(denominator);
        return order > 0 || (order == 0 && !quotient.IsEven) ? quotient + 1 : quotient;
    }

    /// <summary>The shortest digits, and how many of them stand before the point, for a number of at least zero; zero has the digit 0.</summary>
    public static (string Digits, int Point) ShortestDigits(double value)
    {
        var parts = value.ToString("R", CultureInfo.InvariantCulture).Split('E');
        var point = parts[0].IndexOf('.', StringComparison.Ordinal);
        var digits = parts[0].Replace(".", "", StringComparison.Ordinal);
        point = (point < 0 ? digits.Length : point) + (parts.Length > 1 ? int.Parse(parts[1], CultureInfo.InvariantCulture) : 0);
        var significant = digits.TrimStart('0');
        return significant.Length == 0 ? ("0", 1) : (significant.TrimEnd('0'), point - (digits.Length - significant.Length));
    }

    private static string Lay(string digits, int point) =>
        point is > 16 or <= -4 ? $"{digits[0]}{(digits.Length > 1 ? "." : "")}{digits[1..]}e{(point <= 0 ? '-' : '+')}{Math.Abs(point - 1):00}"
        : point <= 0 ? $"0.{new string('0', -point)}{digits}"
        : point >= digits.Length ? $"{digits}{new string('0', point - digits.Length)}.0"
        : $"{digits[..point]}.{digits[point..]}";
}
