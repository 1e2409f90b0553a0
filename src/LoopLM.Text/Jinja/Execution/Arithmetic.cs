using static LoopLM.Text.Jinja.JinjaValue;

namespace LoopLM.Text.Jinja.Execution;

/// <summary>The operators that compute, with Python's results: whole numbers stay whole but for <c>/</c>, and <c>//</c> and <c>%</c> round down.</summary>
internal static class Arithmetic
{
    public static JinjaValue Apply(string sign, JinjaValue left, JinjaValue right, Budget budget)
    {
        switch (sign)
        {
            case "~":
                return new TextValue(Values.Join([Values.Show(left, budget), Values.Show(right, budget)], budget));
            case "+" when left is TextValue a && right is TextValue b:
                return new TextValue(Values.Join([a.Text, b.Text], budget));
            case "+" when left is ListValue a && right is ListValue b:
                budget.Step(a.Items.Count + b.Items.Count);
                return new ListValue([.. a.Items, .. b.Items]) { IsTuple = a.IsTuple };
            case "*" when left is TextValue or ListValue && right is IntegerValue times:
                return Repeat(left, times.Value, budget);
            case "*" when left is IntegerValue times && right is TextValue or ListValue:
                return Repeat(right, times.Value, budget);
        }

        if (Values.Integer(left) is { } x && Values.Integer(right) is { } y && sign != "/" && !(sign == "**" && y < 0))
        {
            return Of(Compute(sign, x, y));
        }

        return Values.Number(left) is { } first && Values.Number(right) is { } second
            ? new FloatValue(Compute(sign, first, second))
            : throw new JinjaFault($"'{sign}' cannot join {Values.TypeName(left)} and {Values.TypeName(right)}.");
    }

    private static JinjaValue Repeat(JinjaValue value, long times, Budget budget)
    {
        times = Math.Max(times, 0);
        var length = value is TextValue { Text: var source } ? source.Length : ((ListValue)value).Items.Count;
        var total = times > int.MaxValue || length * times > int.MaxValue ? int.MaxValue : (int)(length * times);
        if (value is TextValue text)
        {
            budget.Work(total);
            return total == 0 ? new TextValue(MarkedText.Empty) : new TextValue(MarkedText.Join([.. Enumerable.Repeat(text.Text, (int)times)]));
        }

        budget.Step(total);
        return new ListValue(total == 0 ? [] : [.. Enumerable.Repeat(((ListValue)value).Items, (int)times).SelectMany(items => items)]);
    }

    private static long Compute(string sign, long x, long y)
    {
        try
        {
            return sign switch
            {
                "+" => checked(x + y),
                "-" => checked(x - y),
                "*" => checked(x * y),
                "//" => checked(x / y) - (x % y != 0 && (x < 0) != (y < 0) ? 1 : 0),
                "%" => y == -1 ? 0 : x % y != 0 && (x < 0) != (y < 0) ? (x % y) + y : x % y,
                _ => Power(x, y),
            };
        }
        catch (Exception exception) when (exception is OverflowException or DivideByZeroException)
        {
            throw new JinjaFault(exception is OverflowException ? $"The result of '{sign}' does not fit into 64 bits." : "A number is divided by zero.");
        }
    }

    private static long Power(long x, long y)
    {
        // Of larger exponents only those of -1, 0 and 1 fit into 64 bits.
        y = x is >= -1 and <= 1 && y > 64 ? 64 + (y % 2) : y;
        var result = 1L;
        for (; y > 0; y--)
        {
            result = checked(result * x);
        }

        return result;
    }

    private static double Compute(string sign, double x, double y) => sign switch
    {
        "/" or "//" or "%" when y == 0 => throw new JinjaFault("A number is divided by zero."),
        "+" => x + y,
        "-" => x - y,
        "*" => x * y,
        "/" => x / y,
        "//" => Math.Floor(x / y),
        "%" => x - (y * Math.Floor(x / y)),
        _ => Math.Pow(x, y),
    };
}
