using System.Globalization;
using System.Numerics;
using LoopLM.Jinja.Execution.Numbers;
using static LoopLM.Jinja.JinjaValue;

namespace LoopLM.Jinja.Execution.Filters;

/// <summary>The filters that make a number, or a text of one.</summary>
internal static class NumberFilters
{
    public static Dictionary<string, Operation> All { get; } = new()
    {
        ["int"] = ToInteger,
        ["float"] = (subject, arguments, _) =>
            ToFloat(subject) is { } number ? new FloatValue(number) : arguments.Bind("default")[0] ?? new FloatValue(0),
        ["abs"] = (subject, arguments, _) =>
        {
            arguments.Bind();
            return subject is FloatValue number ? new FloatValue(Math.Abs(number.Value))
                : Values.Integer(subject) is { } integer ? Of(BigInteger.Abs(integer))
                : throw new JinjaFault($"{Values.TypeName(subject)} has no absolute value.");
        },
        ["round"] = Round,
        ["filesizeformat"] = FormatSize,
    };

    private static JinjaValue ToInteger(JinjaValue subject, Arguments arguments, Budget budget)
    {
        var bound = arguments.Bind("default", "base");
        var @base = bound[1] is { } given ? Values.Whole(given) : 10;
        switch (subject)
        {
            case FloatValue { Value: var number }:
                return double.IsInfinity(number) ? throw new JinjaFault("Infinity is no whole number.")
                    : double.IsNaN(number) ? bound[0] ?? Of(0)
                    : Of(new BigInteger(number));
            case UndefinedValue:
                throw new JinjaFault($"{Values.TypeName(subject)} is no number.");
            case TextValue text when Integer(text.Value) is { } integer:
                return Of(integer);
        }

        return Values.Integer(subject) is { } whole ? Of(whole)
            : subject is TextValue other && Floats.Parse(other.Value) is { } fraction && double.IsFinite(fraction) ? Of(new BigInteger(fraction))
            : bound[0] ?? Of(0);

        BigInteger? Integer(string text)
        {
            budget.Work(text.Length);
            return @base is 0 or (>= 2 and <= 36) ? Integers.Parse(text, @base, budget) : null;
        }
    }

    private static double? ToFloat(JinjaValue value) => value switch
    {
        TextValue text => Floats.Parse(text.Value),
        UndefinedValue => throw new JinjaFault($"{Values.TypeName(value)} is no number."),
        _ => Values.Number(value),
    };

    private static JinjaValue Round(JinjaValue subject, Arguments arguments, Budget budget)
    {
        var bound = arguments.Bind("precision", "method");
        var precision = bound[0] is { } given ? Values.Whole(given) : 0;
        var method = bound[1] is null ? "common" : bound[1] is TextValue name ? name.Value : "";
        if (method is not ("common" or "ceil" or "floor"))
        {
            throw new JinjaFault("The method of rounding must be common, ceil or floor.");
        }

        if (method != "common")
        {
            return RoundTo(subject, precision, method == "ceil", budget);
        }

        budget.Work(4096);
        return subject is FloatValue number ? new FloatValue(Floats.Round(number.Value, precision))
            : Values.Integer(subject) is { } integer ? Of(RoundInteger(integer, precision))
            : throw new JinjaFault($"{Values.TypeName(subject)} cannot be rounded.");
    }

    private static BigInteger RoundInteger(BigInteger value, int precision)
    {
        if (precision >= 0)
        {
            return value;
        }

        // Of larger powers no number has a half.
        var power = BigInteger.Pow(10, Math.Min(-precision, Integers.MaxDigits + 1));
        return value.Sign * Floats.RoundQuotient(BigInteger.Abs(value), power) * power;
    }

    // Python multiplies and divides by the power of ten, with what that rounds.
    private static JinjaValue RoundTo(JinjaValue subject, int precision, bool up, Budget budget)
    {
        var power = Arithmetic.Apply("**", Of(10), Of(precision), budget);
        if (Values.Number(subject) is null)
        {
            throw new JinjaFault($"{Values.TypeName(subject)} cannot be rounded.");
        }

        var scaled = Arithmetic.Apply("*", subject, power, budget);
        var whole = scaled is not FloatValue { Value: var number } ? scaled
            : double.IsFinite(number) ? Of(new BigInteger(up ? Math.Ceiling(number) : Math.Floor(number)))
            : throw new JinjaFault("The number cannot be rounded.");
        return Arithmetic.Apply("/", whole, power, budget);
    }

    private static TextValue FormatSize(JinjaValue subject, Arguments arguments, Budget budget)
    {
        var binary = arguments.Bind("binary")[0] is { } flag && Values.IsTrue(flag);
        var bytes = ToFloat(subject) ?? throw new JinjaFault($"{Values.TypeName(subject)} is no size.");
        var @base = binary ? 1024.0 : 1000.0;
        if (bytes < @base)
        {
            if (double.IsInfinity(bytes))
            {
                throw new JinjaFault("Infinity is no size.");
            }

            return new(MarkedText.OfData(bytes == 1 ? "1 Byte" : $"{Integers.Show(new BigInteger(bytes), budget)} Bytes"));
        }

        var prefix = 0;
        var unit = @base * @base;
        for (; prefix < "KMGTPEZY".Length - 1 && bytes >= unit; prefix++)
        {
            unit *= @base;
        }

        var digits = Formatting.NumberText.OfFloat(@base * bytes / unit, 'f', 1, false, budget);
        var letter = prefix == 0 && !binary ? 'k' : "KMGTPEZY"[prefix];
        return new(MarkedText.OfData(string.Create(CultureInfo.InvariantCulture, $"{digits} {letter}{(binary ? "i" : "")}B")));
    }
}
