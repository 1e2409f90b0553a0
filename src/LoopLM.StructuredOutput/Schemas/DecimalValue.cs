using System.Globalization;
using System.Numerics;
using System.Text.Json;

namespace LoopLM.StructuredOutput.Schemas;

/// <summary>A decimal number, exactly: <see cref="Unscaled"/> / 10^<see cref="Scale"/>, with as small a scale as there is, from 0.</summary>
internal readonly record struct DecimalValue : IComparable<DecimalValue>
{
    // Beyond the exponents of doubles.
    private const int MaxExponent = 400;

    public DecimalValue(BigInteger unscaled, int scale)
    {
        for (; scale > 0 && unscaled % 10 == 0; scale--)
        {
            unscaled /= 10;
        }

        (Unscaled, Scale) = (unscaled * BigInteger.Pow(10, Math.Max(-scale, 0)), Math.Max(scale, 0));
    }

    public BigInteger Unscaled { get; }

    /// <summary>Digits behind the point.</summary>
    public int Scale { get; }

    public int Sign => Unscaled.Sign;

    /// <summary>The largest integer that is not larger.</summary>
    public BigInteger Floor
    {
        get
        {
            var quotient = BigInteger.DivRem(Unscaled, BigInteger.Pow(10, Scale), out var remainder);
            return remainder.Sign < 0 ? quotient - 1 : quotient;
        }
    }

    /// <summary>The smallest integer that is not smaller.</summary>
    public BigInteger Ceiling => -(-this).Floor;

    /// <summary>The digits before the point, at least one, without the sign.</summary>
    public string Whole => (BigInteger.Abs(Unscaled) / BigInteger.Pow(10, Scale)).ToString(CultureInfo.InvariantCulture);

    /// <summary>The digits behind the point, of which the last is not 0.</summary>
    public string Fraction => Scale == 0
        ? ""
        : (BigInteger.Abs(Unscaled) % BigInteger.Pow(10, Scale)).ToString(CultureInfo.InvariantCulture).PadLeft(Scale, '0');

    /// <summary>The power of ten of the first digit that is not 0; 0 for zero.</summary>
    public int Exponent => Sign == 0 ? 0 : BigInteger.Abs(Unscaled).ToString(CultureInfo.InvariantCulture).Length - 1 - Scale;

    public static DecimalValue operator -(DecimalValue value) => new(-value.Unscaled, value.Scale);

    public static DecimalValue operator +(DecimalValue left, DecimalValue right)
    {
        var scale = Math.Max(left.Scale, right.Scale);
        return new(left.At(scale) + right.At(scale), scale);
    }

    public static implicit operator DecimalValue(long value) => new(value, 0);

    public static implicit operator DecimalValue(BigInteger value) => new(value, 0);

    /// <summary>A power of ten.</summary>
    public static DecimalValue PowerOfTen(int exponent) => new(1, -exponent);

    /// <summary>This times a power of ten.</summary>
    public DecimalValue Shift(int exponent) => new(Unscaled, Scale - exponent);

    /// <summary>Reads a number of JSON; null where it is none, or lies beyond 10^400 or needs more than 400 digits behind the point.</summary>
    public static DecimalValue? Read(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Number || element.GetRawText() is not { Length: <= MaxExponent } text)
        {
            return null;
        }

        var parts = text.Split('e', 'E');
        var exponent = 0;
        if (parts.Length > 1 && !int.TryParse(parts[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent))
        {
            return null;
        }

        if (exponent is < -MaxExponent or > MaxExponent)
        {
            return null;
        }

        var digits = parts[0].Split('.');
        var scale = digits.Length > 1 ? digits[1].Length : 0;
        return new(BigInteger.Parse(string.Concat(digits), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture), scale - exponent);
    }

    public int CompareTo(DecimalValue other)
    {
        var scale = Math.Max(Scale, other.Scale);
        return At(scale).CompareTo(other.At(scale));
    }

    public override string ToString() => $"{(Sign < 0 ? "-" : "")}{Whole}{(Scale == 0 ? "" : $".{Fraction}")}";

    private BigInteger At(int scale) => Unscaled * BigInteger.Pow(10, scale - Scale);
}
