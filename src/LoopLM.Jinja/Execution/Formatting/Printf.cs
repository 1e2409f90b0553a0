using System.Numerics;
using LoopLM.Jinja.Execution.Texts;
using static LoopLM.Jinja.JinjaValue;

namespace LoopLM.Jinja.Execution.Formatting;

/// <summary>Formats as Python's % does behind a string.</summary>
/// <param name="escapes">Whether the format is HTML, so that values are escaped.</param>
/// <param name="budget">What it spends.</param>
internal sealed class Printf(bool escapes, Budget budget)
{
    private readonly List<MarkedText> _parts = [];
    private IReadOnlyList<JinjaValue> _values = [];
    private MapValue? _names;
    private MarkedText _format = MarkedText.Empty;
    private int _at;
    private int _taken;

    /// <param name="format">The format.</param>
    /// <param name="operand">A tuple of values, a mapping for names, or one value.</param>
    public MarkedText Format(MarkedText format, JinjaValue operand)
    {
        _format = format;
        _names = operand as MapValue;
        _values = operand is ListValue { Kind: ListKind.Tuple or ListKind.Group } tuple ? tuple.Items : [operand];
        while (_at < format.Length)
        {
            budget.Step();
            var percent = format.Value.IndexOf('%', _at);
            var end = percent < 0 ? format.Length : percent;
            _parts.Add(format.Slice(_at, end - _at));
            _at = end + 1;
            if (percent >= 0)
            {
                _parts.Add(Convert());
            }
        }

        return _taken < _values.Count && operand is not (MapValue or UndefinedValue or ListValue { Kind: ListKind.List or ListKind.Range })
            ? throw new JinjaFault("There are more values than the format uses.")
            : Values.Join(_parts, budget);
    }

    private MarkedText Convert()
    {
        var named = Peek() == '(' ? FindNamed() : null;
        var spec = new FormatSpec();
        for (; Peek() is '#' or '0' or '-' or ' ' or '+'; _at++)
        {
            spec = Peek() switch
            {
                '#' => spec with { Alternate = true },
                '-' => spec with { Align = '<' },
                '0' => spec with { Fill = _format.Slice(_at, 1) },
                ' ' => spec with { Sign = spec.Sign == '+' ? '+' : ' ' },
                _ => spec with { Sign = '+' },
            };
        }

        var width = Size() ?? 0;
        spec = spec with { Width = Math.Abs(width), Align = width < 0 ? '<' : spec.Align };
        if (Peek() == '.')
        {
            _at++;
            spec = spec with { Precision = Math.Max(Size() ?? 0, 0) };
        }

        for (; Peek() is 'h' or 'l' or 'L'; _at++)
        {
        }

        var type = Peek();
        _at++;
        return type == '%' ? _format.Slice(_at - 1, 1) : Write(named ?? Next(), spec with { Type = type });
    }

    private char Peek() => _at < _format.Length ? _format.Value[_at] : throw new JinjaFault("The format ends within a conversion.");

    private JinjaValue FindNamed()
    {
        var (start, depth) = (_at + 1, 0);
        do
        {
            depth += Peek() switch { '(' => 1, ')' => -1, _ => 0 };
            _at++;
        }
        while (depth > 0);
        var name = new TextValue(_format.Slice(start, _at - 1 - start));
        return _names is null ? throw new JinjaFault("A format with names needs a mapping.")
            : _names.Entries.TryGetValue(name, out var value) ? value
            : throw new JinjaFault(name.Text.IsOwn ? $"The format names '{name.Value}', which the mapping lacks."
                : "The format names what the mapping lacks.");
    }

    private JinjaValue Next() =>
        _taken < _values.Count ? _values[_taken++] : throw new JinjaFault("There are fewer values than the format needs.");

    private int? Size()
    {
        if (Peek() == '*')
        {
            _at++;
            return Next() is var value && Values.Integer(value) is { } size && BigInteger.Abs(size) <= FormatSpec.MaxSize ? (int)size
                : throw new JinjaFault("A width must be a whole number and not too large.");
        }

        var start = _at;
        while (char.IsAsciiDigit(Peek()))
        {
            _at++;
        }

        return _at == start ? null : FormatSpec.ParseSize(_format.Value.AsSpan(start, _at - start));
    }

    private MarkedText Write(JinjaValue value, FormatSpec spec)
    {
        // Zeros fill numbers only, on the right of the sign, and nothing that is aligned to the left.
        var textSpec = spec with { Fill = null, Sign = '\0', Alternate = false, Type = '\0', Align = spec.Align == '<' ? '<' : '>' };
        switch (spec.Type)
        {
            case 's' or 'r' or 'a':
                var text = spec.Type == 's' ? Values.Show(value, budget) : MarkedText.OfData(ValueWriter.Represent(value, spec.Type == 'a', budget));
                text = escapes && !(spec.Type == 's' && value is TextValue { IsSafe: true }) ? Html.EscapeText(text, budget) : text;
                return ValueFormat.Format(new TextValue(text), textSpec, budget);
            case 'c':
                var character = value is TextValue { Text: var one }
                    ? Positions.Length(one.Value) == 1 ? one : throw new JinjaFault("%c takes one character.")
                    : ValueFormat.Character(Values.Integer(value) ?? throw new JinjaFault("%c takes a character or its number."));
                return ValueFormat.Format(new TextValue(character), textSpec with { Precision = null }, budget);
            case 'd' or 'i' or 'u' or 'o' or 'x' or 'X':
                return WriteInteger(Whole(value, spec.Type), spec);
            case 'e' or 'E' or 'f' or 'F' or 'g' or 'G':
                var number = Values.Number(value) ?? throw new JinjaFault($"%{spec.Type} takes a number, not {Values.TypeName(value)}.");
                var digits = NumberText.OfFloat(Math.Abs(number), spec.Type, spec.Precision, spec.Alternate, budget);
                return Finish(double.IsNegative(number) && !double.IsNaN(number), "", digits, spec);
            default:
                throw new JinjaFault($"A format has no conversion %{spec.Type}.");
        }
    }

    private MarkedText WriteInteger(BigInteger value, FormatSpec spec)
    {
        var digits = NumberText.OfInteger(BigInteger.Abs(value), spec.Type, budget);
        budget.Create(spec.Precision ?? 0);
        var prefix = spec.Alternate && spec.Type is 'o' or 'x' or 'X' ? $"0{spec.Type}" : "";
        return Finish(value.Sign < 0, prefix, digits.PadLeft(spec.Precision ?? 0, '0'), spec);
    }

    private MarkedText Finish(bool negative, string prefix, string digits, FormatSpec spec)
    {
        spec = spec.Align == '<' ? spec with { Fill = null } : spec with { Align = spec.Fill is null ? '>' : '=' };
        return ValueFormat.Finish(negative, prefix, digits, spec, budget);
    }

    private static BigInteger Whole(JinjaValue value, char type) =>
        Values.Integer(value)
        ?? (value is FloatValue { Value: var number } && double.IsFinite(number) && type is 'd' or 'i' or 'u' ? new BigInteger(number)
            : throw new JinjaFault($"%{type} takes a whole number, not {Values.TypeName(value)}."));
}
