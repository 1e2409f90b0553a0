using System.Numerics;
using LoopLM.Jinja.Execution.Formatting;
using LoopLM.Jinja.Execution.Texts;
using static LoopLM.Jinja.JinjaValue;

namespace LoopLM.Jinja.Execution.Numbers;

/// <summary>The operators that compute, with Python's results: whole numbers stay whole but for <c>/</c>, and <c>//</c> and <c>%</c> round down.</summary>
internal static class Arithmetic
{
    /// <summary>Most chars or items that one value can hold, whatever the limits are.</summary>
    private const int MaxLength = 1 << 29;

    public static JinjaValue Apply(string sign, JinjaValue left, JinjaValue right, Budget budget)
    {
        switch (sign)
        {
            case "~":
                return new TextValue(Values.Join([Values.Show(left, budget), Values.Show(right, budget)], budget));
            case "%" when left is TextValue format:
                return Html.Keep(format, new Printf(format.IsSafe, budget).Format(format.Text, right));
            case "+" when left is TextValue a && right is TextValue b:
                return Html.Join(a, b, budget);
            case "+" when left is ListValue a && right is ListValue b && a.Kind == b.Kind && a.Kind is ListKind.List or ListKind.Tuple:
                budget.Step(a.Items.Count + b.Items.Count);
                return new ListValue([.. a.Items, .. b.Items]) { Kind = a.Kind };
            case "*" when left is TextValue or ListValue && Values.Integer(right) is { } times:
                return Repeat(left, times, budget);
            case "*" when right is TextValue or ListValue && Values.Integer(left) is { } times:
                return Repeat(right, times, budget);
        }

        if (Values.Integer(left) is { } x && Values.Integer(right) is { } y && !(sign == "**" && y.Sign < 0))
        {
            return Compute(sign, x, y, budget);
        }

        return Values.Number(left) is { } first && Values.Number(right) is { } second
            ? new FloatValue(Compute(sign, first, second))
            : throw new JinjaFault($"'{sign}' cannot join {Values.TypeName(left)} and {Values.TypeName(right)}.");
    }

    /// <summary>A sign before a number.</summary>
    public static JinjaValue ApplySign(string sign, JinjaValue value) =>
        value is FloatValue number ? sign == "-" ? new FloatValue(-number.Value) : value
        : Values.Integer(value) is { } integer ? Of(sign == "-" ? -integer : integer)
        : throw new JinjaFault($"'{sign}' cannot stand before {Values.TypeName(value)}.");

    private static JinjaValue Repeat(JinjaValue value, BigInteger times, Budget budget)
    {
        var text = value as TextValue;
        var length = text?.Text.Length ?? ((ListValue)value).Items.Count;
        var total = (long)BigInteger.Min(BigInteger.Max(times, 0) * length, int.MaxValue);
        if (text is null)
        {
            budget.Step(total);
        }
        else
        {
            budget.Create(total);
        }

        if (total > MaxLength)
        {
            throw new JinjaFault($"'*' makes more than {MaxLength} items.");
        }

        var count = total == 0 ? 0 : (int)times;
        return text is not null ? Html.Keep(text, count == 0 ? MarkedText.Empty : text.Text.Repeat(count))
            : value is ListValue { Kind: ListKind.List or ListKind.Tuple } list
                ? new ListValue([.. Enumerable.Repeat(list.Items, count).SelectMany(items => items)]) { Kind = list.Kind }
            : throw new JinjaFault($"{Values.TypeName(value)} cannot be repeated.");
    }

    private static JinjaValue Compute(string sign, BigInteger x, BigInteger y, Budget budget) => sign switch
    {
        "+" => Of(Integers.Checked(x + y, budget)),
        "-" => Of(Integers.Checked(x - y, budget)),
        "*" => Of(Integers.Multiply(x, y, budget)),
        "/" => new FloatValue(Integers.TrueDivide(x, y, budget)),
        "//" => Of(Integers.Divide(x, y, budget).Quotient),
        "%" => Of(Integers.Divide(x, y, budget).Remainder),
        _ => Of(Integers.Power(x, y, budget)),
    };

    private static double Compute(string sign, double x, double y) => sign switch
    {
        "+" => x + y,
        "-" => x - y,
        "*" => x * y,
        "/" => y != 0 ? x / y : throw new JinjaFault("A number is divided by zero."),
        "//" => Floats.Divide(x, y).Quotient,
        "%" => Floats.Divide(x, y).Remainder,
        _ => Floats.Power(x, y),
    };
}
