using System.Globalization;
using System.Text;
using LoopLM.Jinja.Execution.Numbers;
using static LoopLM.Jinja.JinjaValue;

namespace LoopLM.Jinja.Execution;

/// <summary>Writes values as Python's str and repr do.</summary>
internal sealed class ValueWriter
{
    private readonly StringBuilder _text = new();
    private readonly Budget _budget;
    private readonly bool _asciiOnly;

    private ValueWriter(Budget budget, bool asciiOnly)
    {
        (_budget, _asciiOnly) = (budget, asciiOnly);
    }

    /// <summary>As str does; an undefined value gives nothing.</summary>
    public static string Show(JinjaValue value, Budget budget) => value switch
    {
        TextValue text => text.Value,
        UndefinedValue => "",
        _ => Represent(value, asciiOnly: false, budget),
    };

    /// <summary>As repr does, or as ascii().</summary>
    public static string Represent(JinjaValue value, bool asciiOnly, Budget budget)
    {
        var writer = new ValueWriter(budget, asciiOnly);
        writer.Write(value);
        return writer._text.ToString();
    }

    private void Write(JinjaValue value)
    {
        switch (value)
        {
            case NoneValue or BoolValue or IntegerValue or FloatValue:
                _text.Append(Scalar(value, "None", "True", "False", _budget));
                break;
            case TextValue text:
                _text.Append(text.IsSafe ? "Markup(" : "");
                WriteQuoted(text.Value);
                _text.Append(text.IsSafe ? ")" : "");
                break;
            case ListValue { Kind: ListKind.Range } range:
                WriteRange(range);
                break;
            case ListValue list:
                var (open, close) = Brackets(list);
                WriteAll(open, list.Items, Write, close);
                break;
            case MapValue map:
                WriteEntries("{", map.Entries, "}");
                break;
            case NamespaceValue space:
                WriteEntries("<Namespace {", space.Members.Select(member => KeyValuePair.Create(Of(member.Key), member.Value)), "}>");
                break;
            case UndefinedValue:
                _text.Append("Undefined");
                break;
            default:
                throw new JinjaFault($"{Values.TypeName(value)} has no text.");
        }
    }

    private static (string Open, string Close) Brackets(ListValue list) => list.Kind switch
    {
        ListKind.Tuple or ListKind.Group => ("(", list.Items.Count == 1 ? ",)" : ")"),
        ListKind.Keys => ("dict_keys([", "])"),
        ListKind.Values => ("dict_values([", "])"),
        ListKind.Items => ("dict_items([", "])"),
        _ => ("[", "]"),
    };

    private void WriteRange(ListValue range)
    {
        _budget.Step();
        var (start, stop, step) = ((RangeItems)range.Items).Bounds;
        _text.Append(CultureInfo.InvariantCulture, $"range({start}, {stop}{(step == 1 ? "" : $", {step}")})");
    }

    private void WriteEntries(string open, IEnumerable<KeyValuePair<JinjaValue, JinjaValue>> entries, string close) => WriteAll(open, entries, entry =>
    {
        Write(entry.Key);
        _text.Append(": ");
        Write(entry.Value);
    }, close);

    private void WriteAll<T>(string open, IEnumerable<T> items, Action<T> write, string close)
    {
        _budget.Enter();
        _text.Append(open);
        var first = true;
        foreach (var item in items)
        {
            _budget.Step();
            _text.Append(first ? "" : ", ");
            first = false;
            write(item);
        }

        _text.Append(close);
        _budget.Leave();
    }

    private void WriteQuoted(string value)
    {
        _budget.Create(value.Length);
        var before = _text.Length;
        var quote = value.Contains('\'', StringComparison.Ordinal) && !value.Contains('"', StringComparison.Ordinal) ? '"' : '\'';
        _text.Append(quote);
        for (var at = 0; at < value.Length; at++)
        {
            var code = Texts.Cases.CodePoint(value, at);
            _ = value[at] switch
            {
                '\\' => _text.Append("\\\\"),
                '\n' => _text.Append("\\n"),
                '\r' => _text.Append("\\r"),
                '\t' => _text.Append("\\t"),
                var each when each == quote => _text.Append('\\').Append(each),
                >= ' ' and <= '~' => _text.Append(value[at]),
                _ when !_asciiOnly && Texts.Characters.IsPrintable(code, CharUnicodeInfo.GetUnicodeCategory(code)) =>
                    _text.Append(value, at, code > 0xffff ? 2 : 1),
                _ => _text.Append(code > 0xffff ? $"\\U{code:x8}" : code > 0xff ? $"\\u{code:x4}" : $"\\x{code:x2}"),
            };
            at += code > 0xffff ? 1 : 0;
        }

        _text.Append(quote);
        _budget.Create(Math.Max(0, _text.Length - before - value.Length));
    }

    /// <summary>A value without parts, in the words of a language.</summary>
    public static string Scalar(JinjaValue value, string none, string yes, string no, Budget budget) => value switch
    {
        NoneValue => none,
        BoolValue truth => truth.Value ? yes : no,
        IntegerValue integer => Integers.Show(integer.Value, budget),
        FloatValue number => Floats.Show(number.Value),
        _ => throw new ArgumentOutOfRangeException(nameof(value)),
    };
}
