using System.Buffers;
using static LoopLM.Jinja.JinjaValue;

namespace LoopLM.Jinja.Execution.Texts;

/// <summary>HTML that is marked as such: Python's Markup. What joins it is escaped, and what is made of it is HTML again.</summary>
internal static class Html
{
    private static readonly SearchValues<char> s_nameEnds = SearchValues.Create(" \t\n\r\f\v/>=");

    /// <summary>A text made of another one: HTML where that is.</summary>
    public static TextValue Keep(TextValue source, MarkedText text) => new(text) { IsSafe = source.IsSafe };

    /// <summary>The text of a value, escaped unless it is HTML already.</summary>
    public static TextValue Escape(JinjaValue value, Budget budget) =>
        value is TextValue { IsSafe: true } safe ? safe : new(EscapeText(Values.Show(value, budget), budget)) { IsSafe = true };

    public static TextValue Join(TextValue left, TextValue right, Budget budget)
    {
        var safe = left.IsSafe || right.IsSafe;
        return new(Values.Join([safe ? Escape(left, budget).Text : left.Text, safe ? Escape(right, budget).Text : right.Text], budget)) { IsSafe = safe };
    }

    public static MarkedText EscapeText(MarkedText text, Budget budget)
    {
        if (text.Value.AsSpan().IndexOfAny("&<>'\"") < 0)
        {
            return text;
        }

        budget.Create(text.Length * 2L);
        return text.Map((at, length) => text.Value[at] switch
        {
            '&' => "&amp;",
            '<' => "&lt;",
            '>' => "&gt;",
            '\'' => "&#39;",
            '"' => "&#34;",
            _ => text.Value.Substring(at, length),
        }, budget);
    }

    /// <summary>The entries of a mapping as attributes of a tag; those of none and of what is undefined are left out.</summary>
    public static MarkedText Attributes(JinjaValue value, bool space, Budget budget)
    {
        var map = value as MapValue ?? throw new JinjaFault($"{Values.TypeName(value)} has no attributes.");
        var parts = new List<MarkedText>();
        foreach (var (key, item) in map.Entries.Where(entry => entry.Value is not (NoneValue or UndefinedValue)))
        {
            var name = Values.Text(key, budget);
            if (name.Value.AsSpan().IndexOfAny(s_nameEnds) >= 0)
            {
                throw new JinjaFault("The name of an attribute has a char that ends it.");
            }

            parts.Add(MarkedText.OfTemplate(space || parts.Count > 0 ? " " : ""));
            parts.Add(EscapeText(name, budget));
            parts.Add(MarkedText.OfTemplate("=\""));
            parts.Add(Escape(item, budget).Text);
            parts.Add(MarkedText.OfTemplate("\""));
        }

        return Values.Join(parts, budget);
    }

    /// <summary>Removes comments and tags, joins the words by single spaces and decodes the entities.</summary>
    public static MarkedText StripTags(MarkedText text, Budget budget)
    {
        text = Remove(Remove(text, "<!--", "-->", budget), "<", ">", budget);
        var words = Splitting.AtSpace(text, int.MaxValue, fromEnd: false, budget);
        var blank = MarkedText.OfTemplate(" ");
        return Decode(Values.Join([.. words.SelectMany((word, i) => i == 0 ? [word] : (MarkedText[])[blank, word])], budget), budget);
    }

    // What a removal joins may begin another one.
    private static MarkedText Remove(MarkedText text, string open, string close, Budget budget)
    {
        while (text.Value.IndexOf(open, StringComparison.Ordinal) is >= 0 and var start
            && text.Value.IndexOf(close, start, StringComparison.Ordinal) is >= 0 and var end)
        {
            text = Values.Join([text.Slice(0, start), text.Slice(end + close.Length, text.Length - end - close.Length)], budget);
        }

        return text;
    }

    private static MarkedText Decode(MarkedText text, Budget budget)
    {
        const int longestEntity = 32;
        var builder = new MarkedTextBuilder();
        budget.Create(text.Length);
        for (var at = 0; at < text.Length;)
        {
            budget.Step();
            var end = text.Value[at] == '&' ? text.Value.IndexOf(';', at, Math.Min(longestEntity, text.Length - at)) : -1;
            var next = end >= 0 ? end + 1 : text.Value.IndexOf('&', at + 1) is >= 0 and var entity ? entity : text.Length;
            var source = text.Slice(at, next - at);
            if (end < 0)
            {
                builder.Append(source);
            }
            else
            {
                builder.Append(System.Net.WebUtility.HtmlDecode(source.Value), source.IsOwn);
            }

            at = next;
        }

        return builder.ToText();
    }
}
