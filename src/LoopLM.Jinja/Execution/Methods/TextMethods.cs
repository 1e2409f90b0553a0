using System.Collections.Frozen;
using LoopLM.Jinja.Execution.Formatting;
using LoopLM.Jinja.Execution.Texts;
using static LoopLM.Jinja.JinjaValue;

namespace LoopLM.Jinja.Execution.Methods;

/// <summary>The methods of a string.</summary>
internal static class TextMethods
{
    public static FrozenDictionary<string, Operation> All { get; } = new Dictionary<string, Operation>(Characters.Methods.Concat(TextSearch.Methods))
    {
        ["strip"] = Stripping(left: true, right: true),
        ["lstrip"] = Stripping(left: true, right: false),
        ["rstrip"] = Stripping(left: false, right: true),
        ["split"] = (subject, arguments, budget) => Split(Values.Text(subject), arguments.Bind("sep", "maxsplit"), fromEnd: false, budget),
        ["rsplit"] = (subject, arguments, budget) => Split(Values.Text(subject), arguments.Bind("sep", "maxsplit"), fromEnd: true, budget),
        ["splitlines"] = (subject, arguments, budget) =>
            List(Splitting.Lines(Values.Text(subject), arguments.Bind("keepends")[0] is { } keep && Values.IsTrue(keep), budget)),
        ["partition"] = Partitioning(fromEnd: false),
        ["rpartition"] = Partitioning(fromEnd: true),
        ["removeprefix"] = (subject, arguments, budget) => Remove(Values.Text(subject, budget), arguments.Bind("prefix"), prefix: true),
        ["removesuffix"] = (subject, arguments, budget) => Remove(Values.Text(subject, budget), arguments.Bind("suffix"), prefix: false),
        ["replace"] = (subject, arguments, budget) =>
        {
            var bound = arguments.Bind("old", "new", "count");
            return new TextValue(Editing.Replace(
                Values.Text(subject), Needed(bound[0], "old"), Needed(bound[1], "new"), Count(bound[2], nullable: false), budget));
        },
        ["upper"] = Changing(Cases.Upper),
        ["lower"] = Changing(Cases.Lower),
        ["title"] = Changing(Cases.Title),
        ["capitalize"] = Changing(Cases.Capitalize),
        ["swapcase"] = Changing(Cases.Swap),
        ["casefold"] = Changing(Cases.Fold),
        ["center"] = Padding((missing, width) => (missing / 2) + (missing & width & 1)),
        ["ljust"] = Padding((_, _) => 0),
        ["rjust"] = Padding((missing, _) => missing),
        ["zfill"] = FillWithZeros,
        ["expandtabs"] = ExpandTabs,
        ["join"] = (subject, arguments, budget) => Join(Values.Text(subject), arguments.Bind("iterable")[0] ?? None, budget),
        ["format"] = (subject, arguments, budget) => new TextValue(new BraceFormat(arguments, budget).Format(Values.Text(subject))),
        ["format_map"] = (subject, arguments, budget) => new TextValue(new BraceFormat(
            arguments with { Positional = [], Named = Names(arguments.Bind("mapping")[0]) }, budget).Format(Values.Text(subject))),
        ["encode"] = Refusing("encode", "a template has no bytes"),
        ["translate"] = Refusing("translate", "use replace"),
        ["maketrans"] = Refusing("maketrans", "use replace"),
    }.ToFrozenDictionary();

    /// <summary>An argument that must be a string.</summary>
    public static MarkedText Needed(JinjaValue? value, string name) =>
        value is TextValue text ? text.Text : throw new JinjaFault($"'{name}' must be a string.");

    /// <summary>How often at most; a negative number is no bound.</summary>
    public static int Count(JinjaValue? value, bool nullable) =>
        value is null || (nullable && value is NoneValue) ? int.MaxValue : Values.Whole(value) is >= 0 and var count ? count : int.MaxValue;

    private static ListValue List(IEnumerable<MarkedText> parts) => new([.. parts.Select(part => new TextValue(part))]);

    private static Operation Stripping(bool left, bool right) => (subject, arguments, budget) =>
    {
        var characters = arguments.Bind("chars")[0];
        return new TextValue(Editing.Strip(
            Values.Text(subject), characters is null or NoneValue ? null : Needed(characters, "chars").Value, budget, left, right));
    };

    private static Operation Changing(Func<MarkedText, Budget, MarkedText> change) => (subject, arguments, budget) =>
    {
        arguments.Bind();
        var text = Values.Text(subject, budget);
        budget.Create(text.Length);
        return new TextValue(change(text, budget));
    };

    private static ListValue Split(MarkedText text, JinjaValue?[] bound, bool fromEnd, Budget budget)
    {
        var most = Count(bound[1], nullable: false);
        var parts = bound[0] is null or NoneValue
            ? Splitting.AtSpace(text, most, fromEnd, budget)
            : Splitting.At(text, Needed(bound[0], "sep").Value, most, fromEnd, budget);
        if (fromEnd)
        {
            parts.Reverse();
        }

        return List(parts);
    }

    private static Operation Partitioning(bool fromEnd) => (subject, arguments, budget) =>
    {
        var (text, separator) = (Values.Text(subject), Needed(arguments.Bind("sep")[0], "sep"));
        var parts = Splitting.At(text, separator.Value, 1, fromEnd, budget);
        MarkedText[] three = parts.Count == 1 ? fromEnd ? [MarkedText.Empty, MarkedText.Empty, text] : [text, MarkedText.Empty, MarkedText.Empty]
            : fromEnd ? [parts[1], separator, parts[0]]
            : [parts[0], separator, parts[1]];
        return List(three) with { Kind = ListKind.Tuple };
    };

    private static TextValue Remove(MarkedText text, JinjaValue?[] bound, bool prefix)
    {
        var part = Needed(bound[0], prefix ? "prefix" : "suffix").Value;
        var found = prefix ? text.Value.StartsWith(part, StringComparison.Ordinal) : text.Value.EndsWith(part, StringComparison.Ordinal);
        return new(!found ? text : text.Slice(prefix ? part.Length : 0, text.Length - part.Length));
    }

    private static Operation Padding(Func<long, long, long> left) => (subject, arguments, budget) =>
    {
        var bound = arguments.Bind("width", "fillchar");
        var width = Values.Whole(bound[0] ?? None);
        var fill = bound[1] is null ? MarkedText.OfTemplate(" ") : Needed(bound[1], "fillchar");
        return Positions.Length(fill.Value) == 1
            ? new TextValue(Editing.Pad(Values.Text(subject, budget), width, fill, missing => left(missing, width), budget))
            : throw new JinjaFault("'fillchar' must be one character.");
    };

    private static TextValue FillWithZeros(JinjaValue subject, Arguments arguments, Budget budget)
    {
        var (text, width) = (Values.Text(subject, budget), Values.Whole(arguments.Bind("width")[0] ?? None));
        var sign = text.Value.StartsWith('-') || text.Value.StartsWith('+') ? 1 : 0;
        var padded = Editing.Pad(text.Slice(sign, text.Length - sign), width - sign, MarkedText.OfTemplate("0"), missing => missing, budget);
        return new(Values.Join([text.Slice(0, sign), padded], budget));
    }

    private static TextValue ExpandTabs(JinjaValue subject, Arguments arguments, Budget budget)
    {
        var (text, size) = (Values.Text(subject, budget), Values.Whole(arguments.Bind("tabsize")[0] ?? Of(8)));
        var (parts, start, column) = (new List<MarkedText>(), 0, 0L);
        for (var at = 0; at < text.Length; at += text.LengthAt(at))
        {
            if (text.Value[at] == '\t')
            {
                var width = size > 0 ? (int)(size - (column % size)) : 0;
                budget.Create(width);
                parts.Add(text.Slice(start, at - start));
                parts.Add((text.IsOwnAt(at) ? MarkedText.OfTemplate(" ") : MarkedText.OfData(" ")).Repeat(width));
                (start, column) = (at + 1, column + width);
            }
            else
            {
                column = text.Value[at] is '\n' or '\r' ? 0 : column + 1;
            }
        }

        parts.Add(text.Slice(start, text.Length - start));
        return new(Values.Join(parts, budget));
    }

    private static TextValue Join(MarkedText separator, JinjaValue items, Budget budget)
    {
        var parts = new List<MarkedText>();
        foreach (var item in Values.Items(items, budget))
        {
            if (parts.Count > 0)
            {
                parts.Add(separator);
            }

            parts.Add(item is TextValue text ? text.Text
                : throw new JinjaFault($"join takes strings; {Values.TypeName(item)} stands among the items. The filter 'join' takes all."));
        }

        return new(Values.Join(parts, budget));
    }

    private static List<(string Name, JinjaValue Value)> Names(JinjaValue? mapping) => mapping is MapValue map
        ? [.. map.Entries.Where(entry => entry.Key is TextValue).Select(entry => (((TextValue)entry.Key).Value, entry.Value))]
        : throw new JinjaFault("format_map takes a mapping.");

    private static Operation Refusing(string name, string remedy) => (_, _, _) => throw new JinjaFault($"The method '{name}' is not supported; {remedy}.");
}
