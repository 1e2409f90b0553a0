using System.Globalization;
using System.Text;
using static LoopLM.Text.Jinja.JinjaValue;

namespace LoopLM.Text.Jinja.Execution;

/// <summary>Writes values as Python's str, repr and json.dumps do.</summary>
internal sealed class ValueWriter(Budget budget)
{
    private readonly StringBuilder _text = new();

    /// <summary>As str does; an undefined value gives nothing.</summary>
    public static string Show(JinjaValue value, Budget budget)
    {
        if (value is UndefinedValue or TextValue)
        {
            return value is TextValue text ? text.Value : "";
        }

        var writer = new ValueWriter(budget);
        writer.WriteRepr(value);
        return writer._text.ToString();
    }

    /// <summary>As json.dumps does, without escaping what is not ASCII unless asked.</summary>
    /// <param name="value">The value.</param>
    /// <param name="layout">Indent, separators and order.</param>
    /// <param name="budget">What it spends.</param>
    public static string ToJson(JinjaValue value, JsonLayout layout, Budget budget)
    {
        var writer = new ValueWriter(budget);
        writer.WriteJson(value, layout, 0);
        return writer._text.ToString();
    }

    /// <summary>The shortest digits that give the number again, with an exponent from 1e16 on and below 1e-4.</summary>
    public static string FormatFloat(double value)
    {
        if (!double.IsFinite(value))
        {
            return double.IsNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
        }

        var size = Math.Abs(value);
        if (size != 0 && (size >= 1e16 || size < 1e-4))
        {
            var exponent = int.Parse(value.ToString("E16", CultureInfo.InvariantCulture).Split('E')[1], CultureInfo.InvariantCulture);
            var digits = size.ToString("R", CultureInfo.InvariantCulture).Split('E')[0];
            var mantissa = digits.Replace(".", "", StringComparison.Ordinal).Trim('0');
            return $"{(value < 0 ? "-" : "")}{mantissa[0]}{(mantissa.Length > 1 ? "." : "")}{mantissa[1..]}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
        }

        var plain = value.ToString("R", CultureInfo.InvariantCulture);
        plain = plain.Contains('E', StringComparison.Ordinal) ? ((decimal)value).ToString(CultureInfo.InvariantCulture) : plain;
        return plain.Contains('.', StringComparison.Ordinal) ? plain : $"{plain}.0";
    }

    private void WriteRepr(JinjaValue value)
    {
        switch (value)
        {
            case TextValue text:
                WriteQuoted(text.Value);
                break;
            case ListValue list:
                WriteAll(list.IsTuple ? "(" : "[", list.Items, WriteRepr, list.IsTuple ? list.Items.Count == 1 ? ",)" : ")" : "]");
                break;
            case MapValue map:
                WriteAll("{", map.Entries, entry =>
                {
                    WriteQuoted(entry.Key);
                    _text.Append(": ");
                    WriteRepr(entry.Value);
                }, "}");
                break;
            case UndefinedValue:
                _text.Append("Undefined");
                break;
            case NamespaceValue or FunctionValue:
                throw new JinjaFault($"{Values.TypeName(value)} has no text.");
            default:
                _text.Append(Scalar(value, "None", "True", "False"));
                break;
        }
    }

    private void WriteAll<T>(string open, IEnumerable<T> items, Action<T> write, string close)
    {
        budget.Enter();
        _text.Append(open);
        var first = true;
        foreach (var item in items)
        {
            budget.Step();
            _text.Append(first ? "" : ", ");
            first = false;
            write(item);
        }

        _text.Append(close);
        budget.Leave();
    }

    private void WriteQuoted(string value)
    {
        budget.Work(value.Length);
        var quote = value.Contains('\'', StringComparison.Ordinal) && !value.Contains('"', StringComparison.Ordinal) ? '"' : '\'';
        _text.Append(quote);
        foreach (var each in value)
        {
            _ = each switch
            {
                '\\' => _text.Append("\\\\"),
                '\n' => _text.Append("\\n"),
                '\r' => _text.Append("\\r"),
                '\t' => _text.Append("\\t"),
                _ when each == quote => _text.Append('\\').Append(each),
                < ' ' or '\x7f' => _text.Append(CultureInfo.InvariantCulture, $"\\x{(int)each:x2}"),
                _ => _text.Append(each),
            };
        }

        _text.Append(quote);
    }

    private void WriteJson(JinjaValue value, JsonLayout layout, int level)
    {
        switch (value)
        {
            case TextValue text:
                WriteJsonString(text.Value, layout);
                break;
            case ListValue list:
                WriteJsonItems('[', list.Items, item => WriteJson(item, layout, level + 1), ']', layout, level);
                break;
            case MapValue map:
                var entries = layout.SortKeys ? map.Entries.OrderBy(entry => entry.Key, StringComparer.Ordinal) : map.Entries.AsEnumerable();
                WriteJsonItems('{', entries.ToList(), entry =>
                {
                    WriteJsonString(entry.Key, layout);
                    _text.Append(layout.KeySeparator);
                    WriteJson(entry.Value, layout, level + 1);
                }, '}', layout, level);
                break;
            case UndefinedValue or NamespaceValue or FunctionValue:
                throw new JinjaFault($"{Values.TypeName(value)} cannot be written as JSON.");
            default:
                _text.Append(Scalar(value, "null", "true", "false"));
                break;
        }
    }

    private void WriteJsonItems<T>(char open, IReadOnlyList<T> items, Action<T> write, char close, JsonLayout layout, int level)
    {
        budget.Enter();
        _text.Append(open);
        for (var i = 0; i < items.Count; i++)
        {
            budget.Step();
            _text.Append(i == 0 ? "" : layout.ItemSeparator);
            WriteLineStart(layout, level + 1);
            write(items[i]);
        }

        if (items.Count > 0)
        {
            WriteLineStart(layout, level);
        }

        _text.Append(close);
        budget.Leave();
    }

    private void WriteLineStart(JsonLayout layout, int level)
    {
        if (layout.Indent is { } indent)
        {
            budget.Work((long)indent.Length * level);
            _text.Append('\n').Insert(_text.Length, indent, level);
        }
    }

    private void WriteJsonString(string value, JsonLayout layout)
    {
        budget.Work(value.Length);
        _text.Append('"');
        foreach (var each in value)
        {
            _ = each switch
            {
                '"' => _text.Append("\\\""),
                '\\' => _text.Append("\\\\"),
                '\n' => _text.Append("\\n"),
                '\r' => _text.Append("\\r"),
                '\t' => _text.Append("\\t"),
                '\b' => _text.Append("\\b"),
                '\f' => _text.Append("\\f"),
                _ when each < ' ' || (layout.EnsureAscii && each > '~') => _text.Append(CultureInfo.InvariantCulture, $"\\u{(int)each:x4}"),
                _ => _text.Append(each),
            };
        }

        _text.Append('"');
    }

    private static string Scalar(JinjaValue value, string none, string yes, string no) => value switch
    {
        NoneValue => none,
        BoolValue truth => truth.Value ? yes : no,
        IntegerValue integer => integer.Value.ToString(CultureInfo.InvariantCulture),
        FloatValue number => FormatFloat(number.Value),
        _ => throw new ArgumentOutOfRangeException(nameof(value)),
    };
}
