using System.Numerics;
using LoopLM.Jinja.Execution.Numbers;
using LoopLM.Jinja.Execution.Texts;
using static LoopLM.Jinja.JinjaValue;

namespace LoopLM.Jinja.Execution.Formatting;

/// <summary>Writes a value as a <see cref="FormatSpec"/> says.</summary>
internal static class ValueFormat
{
    /// <summary>As Python's format() does.</summary>
    public static MarkedText Format(JinjaValue value, FormatSpec spec, Budget budget)
    {
        switch (value)
        {
            case TextValue text:
                return FormatText(text.Text, spec, budget);
            case FloatValue number:
                return FormatFloat(number.Value, spec, budget);
            case BoolValue when spec.Type == '\0':
                return spec == new FormatSpec() ? Values.Show(value, budget) : FormatInteger(Values.Integer(value)!.Value, spec, budget);
        }

        if (Values.Integer(value) is { } integer)
        {
            return FormatInteger(integer, spec, budget);
        }

        return spec == new FormatSpec() ? Values.Show(value, budget) : throw new JinjaFault($"{Values.TypeName(value)} takes no format.");
    }

    /// <summary>A sign and digits, filled up.</summary>
    public static MarkedText Finish(bool negative, string prefix, string digits, FormatSpec spec, Budget budget)
    {
        var sign = negative ? "-" : spec.Sign is '+' or ' ' ? spec.Sign.ToString() : "";
        var fill = spec.Fill ?? MarkedText.OfTemplate(" ");
        if (spec.Align != '=')
        {
            return Align(MarkedText.OfData(sign + prefix + digits), spec, '>', fill, budget);
        }

        var missing = spec.Width - sign.Length - prefix.Length - digits.Length;
        budget.Create(Math.Max(missing, 0));
        return Values.Join([MarkedText.OfData(sign + prefix), fill.Repeat(Math.Max(missing, 0)), MarkedText.OfData(digits)], budget);
    }

    private static MarkedText FormatText(MarkedText text, FormatSpec spec, Budget budget)
    {
        if (spec is not { Type: '\0' or 's', Sign: '\0', Alternate: false, Grouping: '\0' } || (spec.Align == '=' && spec.Fill?.Value != "0"))
        {
            throw new JinjaFault("A string takes a format of fill, align, width, precision and the type s.");
        }

        budget.Work(text.Length);
        text = spec.Precision < Positions.Length(text.Value) ? text.Slice(0, Positions.CharIndex(text.Value, spec.Precision.Value)) : text;
        return Align(text, spec with { Align = spec.Align == '=' ? '<' : spec.Align }, '<', spec.Fill ?? MarkedText.OfTemplate(" "), budget);
    }

    private static MarkedText Align(MarkedText text, FormatSpec spec, char usual, MarkedText fill, Budget budget) =>
        Editing.Pad(text, spec.Width, fill, missing => Left(spec.Align == '\0' ? usual : spec.Align, missing), budget);

    private static long Left(char align, long missing) => align switch { '<' => 0, '^' => missing / 2, _ => missing };

    private static MarkedText FormatInteger(BigInteger value, FormatSpec spec, Budget budget)
    {
        switch (spec.Type)
        {
            case 'e' or 'E' or 'f' or 'F' or 'g' or 'G' or '%':
                return FormatFloat(Integers.ToFloat(value), spec, budget);
            case 'c' when spec is { Sign: '\0', Precision: null }:
                return Align(Character(value), spec, '<', spec.Fill ?? MarkedText.OfTemplate(" "), budget);
            case '\0' or 'd' or 'n' or 'b' or 'o' or 'x' or 'X'
                when spec.Precision is null && !(spec.Grouping == ',' && spec.Type is not ('\0' or 'd')):
                var digits = NumberText.OfInteger(BigInteger.Abs(value), spec.Type, budget);
                var ofBits = spec.Type is 'b' or 'o' or 'x' or 'X';
                var prefix = spec.Alternate && ofBits ? $"0{spec.Type}" : "";
                return Finish(value.Sign < 0, prefix, Grouped(value.Sign < 0, prefix, digits, spec, ofBits ? 4 : 3), spec, budget);
            default:
                throw new JinjaFault("A whole number takes no such format.");
        }
    }

    /// <summary>The character of a code point; it counts as data.</summary>
    public static MarkedText Character(BigInteger code) =>
        code >= 0 && code <= 0x10ffff ? MarkedText.OfData(code >= 0x10000 ? char.ConvertFromUtf32((int)code) : ((char)(int)code).ToString())
        : throw new JinjaFault("There is no character of that number.");

    private static MarkedText FormatFloat(double value, FormatSpec spec, Budget budget)
    {
        if (spec.Type is not ('\0' or 'e' or 'E' or 'f' or 'F' or 'g' or 'G' or 'n' or '%'))
        {
            throw new JinjaFault("A number with a point takes no such format.");
        }

        var negative = double.IsNegative(value) && !double.IsNaN(value);
        var digits = NumberText.OfFloat(Math.Abs(value), spec.Type, spec.Precision, spec.Alternate, budget);
        return Finish(negative, "", Grouped(negative, "", digits, spec, 3), spec, budget);
    }

    private static string Grouped(bool negative, string prefix, string digits, FormatSpec spec, int size)
    {
        if (spec.Grouping == '\0')
        {
            return digits;
        }

        // Zeros that fill are grouped as well.
        if (spec is { Align: '=', Fill.Value: "0" })
        {
            var room = spec.Width - prefix.Length - (negative || spec.Sign is '+' or ' ' ? 1 : 0);
            while (NumberText.Group(digits, spec.Grouping, size) is { } grouped && grouped.Length < room)
            {
                digits = '0' + digits;
            }
        }

        return NumberText.Group(digits, spec.Grouping, size);
    }
}
