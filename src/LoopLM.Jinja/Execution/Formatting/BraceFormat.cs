using System.Globalization;
using static LoopLM.Jinja.JinjaValue;

namespace LoopLM.Jinja.Execution.Formatting;

/// <summary>Formats as Python's str.format does: fields in braces with a name or a number, members, a conversion and a format.</summary>
/// <param name="arguments">The values.</param>
/// <param name="budget">What it spends.</param>
internal sealed class BraceFormat(Arguments arguments, Budget budget)
{
    /// <summary>How deep fields may stand in formats of fields, as in Python.</summary>
    private const int MaxNesting = 2;

    private int _automatic;
    private bool _numbered;

    public MarkedText Format(MarkedText format) => Format(format, MaxNesting);

    private MarkedText Format(MarkedText format, int nesting)
    {
        if (nesting == 0)
        {
            throw new JinjaFault("Fields of a format are nested too deep.");
        }

        var (parts, text) = (new List<MarkedText>(), format.Value);
        budget.Work(format.Length);
        for (var at = 0; at < text.Length;)
        {
            budget.Step();
            var brace = text.AsSpan(at).IndexOfAny('{', '}');
            var end = brace < 0 ? text.Length : at + brace;
            parts.Add(format.Slice(at, end - at));
            at = end;
            if (brace < 0)
            {
                break;
            }

            if (at + 1 < text.Length && text[at + 1] == text[at])
            {
                parts.Add(format.Slice(at, 1));
                at += 2;
            }
            else
            {
                var close = text[at] == '{' ? FindClose(text, at) : -1;
                var field = close >= 0 ? format.Slice(at + 1, close - at - 1) : throw new JinjaFault("A format has a single brace; two stand for one.");
                parts.Add(Replace(field, nesting));
                at = close + 1;
            }
        }

        return Values.Join(parts, budget);
    }

    private static int FindClose(string text, int open)
    {
        var depth = 0;
        for (var at = open; at < text.Length; at++)
        {
            depth += text[at] switch { '{' => 1, '}' => -1, _ => 0 };
            if (depth == 0)
            {
                return at;
            }
        }

        return -1;
    }

    private MarkedText Replace(MarkedText field, int nesting)
    {
        var nameEnd = FindNameEnd(field.Value);
        var value = Find(field.Value[..nameEnd]);
        var at = nameEnd;
        if (at < field.Length && field.Value[at] == '!')
        {
            var conversion = at + 1 < field.Length ? field.Value[at + 1] : ' ';
            value = conversion switch
            {
                's' => new TextValue(Values.Show(value, budget)),
                'r' or 'a' => new TextValue(MarkedText.OfData(ValueWriter.Represent(value, conversion == 'a', budget))),
                _ => throw new JinjaFault("A conversion in a format is !s, !r or !a."),
            };
            at += 2;
            if (at < field.Length && field.Value[at] != ':')
            {
                throw new JinjaFault("Behind a conversion in a format stands ':' or '}'.");
            }
        }

        var spec = at < field.Length ? Format(field.Slice(at + 1, field.Length - at - 1), nesting - 1) : MarkedText.Empty;
        return ValueFormat.Format(value, FormatSpec.Parse(spec), budget);
    }

    private static int FindNameEnd(string field)
    {
        var inBrackets = false;
        for (var at = 0; at < field.Length; at++)
        {
            inBrackets = field[at] == '[' || (inBrackets && field[at] != ']');
            if (!inBrackets && field[at] is '!' or ':')
            {
                return at;
            }
        }

        return field.Length;
    }

    private JinjaValue Find(string field)
    {
        var first = field.AsSpan().IndexOfAny('.', '[') is >= 0 and var end ? end : field.Length;
        var value = FindFirst(field[..first]);
        for (var at = first; at < field.Length;)
        {
            budget.Step();
            if (field[at] == '[')
            {
                var close = field.IndexOf(']', at) is >= 0 and var found ? found : throw new JinjaFault("A format has '[' without ']'.");
                var key = field[(at + 1)..close];
                var isIndex = long.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out var index);
                value = Members.GetItem(value, isIndex ? Of(index) : OfTemplate(key), budget);
                at = close + 1;
            }
            else
            {
                var next = field.AsSpan(at + 1).IndexOfAny('.', '[') is >= 0 and var length ? at + 1 + length : field.Length;
                value = field[at] == '.' && next > at + 1
                    ? Members.Get(value, field[(at + 1)..next], budget)
                    : throw new JinjaFault("A field of a format is malformed.");
                at = next;
            }

            // The name may come from data, which messages do not tell.
            value = value is UndefinedValue ? new UndefinedValue("a field of a format") : value;
        }

        return value;
    }

    private JinjaValue FindFirst(string name)
    {
        if (name.Length > 0 && !name.All(char.IsAsciiDigit))
        {
            return arguments.Named.FirstOrDefault(each => each.Name == name).Value
                ?? throw new JinjaFault("The format names a value that is not given.");
        }

        if (name.Length == 0 ? _numbered : _automatic > 0)
        {
            throw new JinjaFault("A format cannot have fields with and without numbers.");
        }

        _numbered = name.Length > 0;
        var index = _numbered ? int.TryParse(name, CultureInfo.InvariantCulture, out var number) ? number : int.MaxValue : _automatic++;
        return index < arguments.Positional.Count
            ? arguments.Positional[index]
            : throw new JinjaFault("The format needs more values than are given.");
    }
}
