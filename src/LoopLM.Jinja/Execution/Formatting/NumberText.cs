using System.Globalization;
using System.Numerics;
using LoopLM.Jinja.Execution.Numbers;

namespace LoopLM.Jinja.Execution.Formatting;

/// <summary>The digits of numbers in the forms that formats ask for, without sign. Every digit is exact; halves are rounded to even.</summary>
internal static class NumberText
{
    private const int DefaultPrecision = 6;

    /// <summary>A number with a point, as the types e, f, g, % and n write it; capital letters give capitals.</summary>
    /// <param name="value">A number of at least zero, or not a number.</param>
    /// <param name="type">The type; NUL for the shortest digits, or for g with at least one decimal where there is a precision.</param>
    /// <param name="precision">Digits behind the point, or of all for g; null for the default.</param>
    /// <param name="alternate">Whether the point and zeros at the end stay.</param>
    /// <param name="budget">What it spends.</param>
    public static string OfFloat(double value, char type, int? precision, bool alternate, Budget budget)
    {
        var digits = precision ?? DefaultPrecision;
        budget.Create(400L + digits);
        budget.Work((long)digits * digits / 64);
        var text = !double.IsFinite(value) ? double.IsNaN(value) ? "nan" : "inf" : char.ToLowerInvariant(type) switch
        {
            'f' => Fixed(value, digits, alternate),
            '%' => Fixed(value * 100, digits, alternate),
            'e' => Exponential(value, digits, alternate),
            '\0' when precision is null => Floats.Show(value),
            '\0' => General(value, Math.Max(digits, 1), alternate, keepsDecimal: true),
            _ => General(value, Math.Max(digits, 1), alternate, keepsDecimal: false),
        };
        return (char.IsAsciiLetterUpper(type) ? text.ToUpperInvariant() : text) + (type == '%' ? "%" : "");
    }

    /// <summary>A whole number of at least zero in the base of a type: d, i, u, n, b, o, x or X.</summary>
    public static string OfInteger(BigInteger value, char type, Budget budget)
    {
        if (type is not ('b' or 'o' or 'x' or 'X'))
        {
            return Integers.Show(value, budget);
        }

        var hex = value.ToString(type == 'X' ? "X" : "x", CultureInfo.InvariantCulture).TrimStart('0');
        var binary = value.ToString("b", CultureInfo.InvariantCulture).TrimStart('0');
        budget.Work(binary.Length);
        var text = type switch
        {
            'b' => binary,
            'o' => string.Concat(binary.PadLeft((binary.Length + 2) / 3 * 3, '0').Chunk(3)
                .Select(bits => (char)('0' + Convert.ToInt32(new string(bits), 2)))),
            _ => hex,
        };
        return text.Length == 0 ? "0" : text;
    }

    /// <summary>Puts a sign between groups of three digits, or of four for the bases of bits.</summary>
    public static string Group(string digits, char separator, int size)
    {
        var end = digits.AsSpan().IndexOfAny('.', 'e', '%') is >= 0 and var found && size == 3 ? found : digits.Length;
        var grouped = new System.Text.StringBuilder(digits);
        for (var at = end - size; at > 0; at -= size)
        {
            grouped.Insert(at, separator);
        }

        return grouped.ToString();
    }

    private static string Fixed(double value, int digits, bool alternate)
    {
        if (!double.IsFinite(value))
        {
            return "inf";
        }

        var scaled = Floats.RoundScaled(value, digits).ToString(CultureInfo.InvariantCulture).PadLeft(digits + 1, '0');
        return scaled[..^digits] + (digits > 0 || alternate ? "." : "") + scaled[^digits..];
    }

    private static string Exponential(double value, int digits, bool alternate)
    {
        var (mantissa, exponent) = Mantissa(value, digits + 1);
        return Exponential(mantissa, exponent, alternate);
    }

    private static string Exponential(string mantissa, int exponent, bool alternate) =>
        $"{mantissa[0]}{(mantissa.Length > 1 || alternate ? "." : "")}{mantissa[1..]}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";

    private static string General(double value, int digits, bool alternate, bool keepsDecimal)
    {
        var (mantissa, exponent) = Mantissa(value, digits);
        var exponential = exponent < -4 || exponent >= digits - (keepsDecimal ? 1 : 0);
        mantissa = alternate ? mantissa : mantissa.TrimEnd('0') is { Length: > 0 } trimmed ? trimmed : "0";
        if (exponential)
        {
            return Exponential(mantissa, exponent, alternate);
        }

        var text = exponent < 0 ? $"0.{new string('0', -exponent - 1)}{mantissa}"
            : mantissa.Length <= exponent + 1 ? mantissa.PadRight(exponent + 1, '0') + (alternate ? "." : "")
            : $"{mantissa[..(exponent + 1)]}.{mantissa[(exponent + 1)..]}";
        return keepsDecimal && !text.Contains('.', StringComparison.Ordinal) ? $"{text}.0" : text;
    }

    /// <summary>So many significant digits, and the exponent of the first.</summary>
    private static (string Digits, int Exponent) Mantissa(double value, int digits)
    {
        if (value == 0)
        {
            return (new string('0', digits), 0);
        }

        // The shortest digits may lie above the number: that of 1e23 is a little less. So many digits tell whether it is.
        const int exactDigits = 30;
        var exponent = Floats.ShortestDigits(value).Point - 1;
        exponent -= Floats.RoundScaled(value, exactDigits - exponent) < BigInteger.Pow(10, exactDigits) ? 1 : 0;

        // Rounding up can make one digit more.
        var mantissa = Floats.RoundScaled(value, digits - 1 - exponent).ToString(CultureInfo.InvariantCulture);
        return mantissa.Length > digits ? (mantissa[..digits], exponent + 1) : (mantissa, exponent);
    }
}
