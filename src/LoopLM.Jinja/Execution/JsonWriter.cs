using System.Globalization;
using System.Text;
using static LoopLM.Jinja.JinjaValue;

namespace LoopLM.Jinja.Execution;

/// <summary>Writes values as Python's json.dumps does.</summary>
internal sealed class JsonWriter
{
    private readonly StringBuilder _text = new();
    private readonly JsonLayout _layout;
    private readonly Budget _budget;

    private JsonWriter(JsonLayout layout, Budget budget)
    {
        (_layout, _budget) = (layout, budget);
    }

    /// <param name="value">The value.</param>
    /// <param name="layout">Indent, separators, order and escapes.</param>
    /// <param name="budget">What it spends.</param>
    public static string Write(JinjaValue value, JsonLayout layout, Budget budget)
    {
        var writer = new JsonWriter(layout, budget);
        writer.Write(value, 0);
        return writer._text.ToString();
    }

    private void Write(JinjaValue value, int level)
    {
        switch (value)
        {
            case TextValue text:
                WriteString(text.Value);
                break;
            case ListValue { Kind: ListKind.List or ListKind.Tuple or ListKind.Group } list:
                WriteItems('[', list.Items, item => Write(item, level + 1), ']', level);
                break;
            case MapValue map:
                IReadOnlyList<KeyValuePair<JinjaValue, JinjaValue>> entries = [.. map.Entries];
                entries = _layout.SortKeys ? Sorting.Sort(entries, (left, right) => Values.IsLess(left.Key, right.Key, _budget)) : entries;
                WriteItems('{', entries, entry =>
                {
                    WriteString(Key(entry.Key));
                    Append(_layout.KeySeparator);
                    Write(entry.Value, level + 1);
                }, '}', level);
                break;
            case NoneValue or BoolValue or IntegerValue or FloatValue:
                _text.Append(Scalar(value));
                break;
            default:
                throw new JinjaFault($"{Values.TypeName(value)} cannot be written as JSON.");
        }
    }

    private string Key(JinjaValue key) => key switch
    {
        TextValue text => text.Value,
        NoneValue or BoolValue or IntegerValue or FloatValue => Scalar(key),
        _ => throw new JinjaFault($"{Values.TypeName(key)} cannot be a key in JSON."),
    };

    private string Scalar(JinjaValue value) => value is FloatValue { Value: var number } && !double.IsFinite(number)
        ? double.IsNaN(number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity"
        : ValueWriter.Scalar(value, "null", "true", "false", _budget);

    private void WriteItems<T>(char open, IReadOnlyList<T> items, Action<T> write, char close, int level)
    {
        _budget.Enter();
        _text.Append(open);
        for (var i = 0; i < items.Count; i++)
        {
            _budget.Step();
            Append(i == 0 ? "" : _layout.ItemSeparator);
            WriteLineStart(level + 1);
            write(items[i]);
        }

        if (items.Count > 0)
        {
            WriteLineStart(level);
        }

        _text.Append(close);
        _budget.Leave();
    }

    private void WriteLineStart(int level)
    {
        if (_layout.Indent is { } indent)
        {
            _budget.Create((long)indent.Length * level);
            _text.Append('\n').Insert(_text.Length, indent, level);
        }
    }

    private void Append(string text)
    {
        _budget.Create(text.Length);
        _text.Append(text);
    }

    private void WriteString(string value)
    {
        _budget.Create(value.Length);
        var before = _text.Length;
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
                _ when each < ' ' || (_layout.EnsureAscii && each > '~') => _text.Append(CultureInfo.InvariantCulture, $"\\u{(int)each:x4}"),
                _ => _text.Append(each),
            };
        }

        _text.Append('"');
        _budget.Create(Math.Max(0, _text.Length - before - value.Length));
    }
}
