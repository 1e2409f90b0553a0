using System.Text;
using static LoopLM.Jinja.JinjaValue;

namespace LoopLM.Jinja.Execution.Texts;

/// <summary>Texts for URLs, as Python's urllib quotes them.</summary>
internal static class Urls
{
    /// <summary>Quotes a text, or the pairs of a mapping or a list as a query.</summary>
    public static MarkedText Encode(JinjaValue value, Budget budget)
    {
        if (value is not (MapValue or ListValue or IteratorValue or UndefinedValue))
        {
            return Quote(Values.Show(value, budget), inQuery: false, budget);
        }

        var parts = new List<MarkedText>();
        foreach (var pair in value is MapValue map ? Methods.MapMethods.Items(map, budget).Items : Values.Items(value, budget))
        {
            if (Values.Items(pair, budget) is not [var name, var part])
            {
                throw new JinjaFault("A query is made of pairs of a name and a value.");
            }

            MarkedText[] joined =
            [
                MarkedText.OfTemplate(parts.Count == 0 ? "" : "&"),
                Quote(Values.Show(name, budget), inQuery: true, budget),
                MarkedText.OfTemplate("="),
                Quote(Values.Show(part, budget), inQuery: true, budget),
            ];
            parts.AddRange(joined);
        }

        return Values.Join(parts, budget);
    }

    private static MarkedText Quote(MarkedText text, bool inQuery, Budget budget)
    {
        budget.Create(text.Length * 3L);
        return text.Map((at, length) =>
        {
            var value = text.Value.AsSpan(at, length);
            var isPlain = char.IsAsciiLetterOrDigit(value[0]) || value[0] is '_' or '.' or '-' or '~' || (value[0] == '/' && !inQuery);
            return isPlain ? value.ToString()
                : length == 1 && value[0] == ' ' && inQuery ? "+"
                : length == 1 && char.IsSurrogate(value[0]) ? throw new JinjaFault("Half a surrogate pair cannot stand in a URL.")
                : string.Concat(Encoding.UTF8.GetBytes(value.ToString()).Select(each => $"%{each:X2}"));
        }, budget);
    }
}
