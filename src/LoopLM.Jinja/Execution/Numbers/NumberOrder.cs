using System.Numerics;
using static LoopLM.Jinja.JinjaValue;

namespace LoopLM.Jinja.Execution.Numbers;

/// <summary>The order of numbers, exact between whole and floating-point ones.</summary>
internal static class NumberOrder
{
    /// <summary>Below, equal or above zero; null where one is no number.</summary>
    public static int? Compare(JinjaValue left, JinjaValue right) => (left, right) switch
    {
        (FloatValue a, FloatValue b) => double.IsNaN(a.Value) || double.IsNaN(b.Value) ? null : a.Value.CompareTo(b.Value),
        (FloatValue a, _) => Values.Integer(right) is { } integer ? -Compare(integer, a.Value) : null,
        (_, FloatValue b) => Values.Integer(left) is { } integer ? Compare(integer, b.Value) : null,
        _ => Values.Integer(left) is { } first && Values.Integer(right) is { } second ? first.CompareTo(second) : null,
    };

    private static int? Compare(BigInteger integer, double number)
    {
        if (!double.IsFinite(number))
        {
            return double.IsNaN(number) ? null : number > 0 ? -1 : 1;
        }

        var order = integer.CompareTo(new BigInteger(Math.Floor(number)));
        return order == 0 && !double.IsInteger(number) ? -1 : order;
    }
}
