using LoopLM.Jinja.Execution.Formatting;
using LoopLM.Jinja.Execution.Texts;
using static LoopLM.Jinja.JinjaValue;

namespace LoopLM.Jinja.Execution.Filters;

/// <summary>The filters that make a text.</summary>
internal static class TextFilters
{
    public static Dictionary<string, Operation> All { get; } = new()
    {
        ["upper"] = Changing(Cases.Upper),
        ["lower"] = Changing(Cases.Lower),
        ["title"] = Changing(Cases.TitleWords),
        ["capitalize"] = Changing(Cases.Capitalize),
        ["string"] = (subject, arguments, budget) =>
        {
            arguments.Bind();
            return subject is TextValue ? subject : new TextValue(Values.Show(subject, budget));
        },
        ["trim"] = (subject, arguments, budget) =>
        {
            var characters = arguments.Bind("chars")[0];
            return Changed(subject, Editing.Strip(
                Values.Show(subject, budget), characters is null or NoneValue ? null : Values.Text(characters).Value, budget));
        },
        ["replace"] = (subject, arguments, budget) =>
        {
            var bound = arguments.Bind("old", "new", "count");
            var (old, with) = (Values.Show(bound[0] ?? throw Missing("old"), budget), Values.Show(bound[1] ?? throw Missing("new"), budget));
            var most = Methods.TextMethods.Count(bound[2], nullable: true);
            return new TextValue(Editing.Replace(Values.Show(subject, budget), old, with, most, budget));
        },
        ["indent"] = Indent,
        ["center"] = (subject, arguments, budget) =>
        {
            var width = arguments.Bind("width")[0] is { } given ? Values.Whole(given) : 80;
            return Changed(subject, Editing.Pad(
                Shown(subject, budget), width, MarkedText.OfTemplate(" "), missing => (missing / 2) + (missing & width & 1), budget));
        },
        ["truncate"] = Truncate,
        ["wordwrap"] = Wrap,
        ["wordcount"] = (subject, arguments, budget) =>
        {
            arguments.Bind();
            return Of(WordWrap.CountWords(Shown(subject, budget).Value));
        },
        ["format"] = (subject, arguments, budget) => arguments.Named.Count == 0 || arguments.Positional.Count == 0
            ? Changed(subject, new Printf(subject is TextValue { IsSafe: true }, budget).Format(Values.Show(subject, budget), FormatOperand(arguments)))
            : throw new JinjaFault($"{arguments.Callee} takes values with names or without, not both."),
        ["escape"] = Escaping(again: false),
        ["e"] = Escaping(again: false),
        ["forceescape"] = Escaping(again: true),
        ["safe"] = (subject, arguments, budget) =>
        {
            arguments.Bind();
            return new TextValue(Values.Show(subject, budget)) { IsSafe = true };
        },
        ["striptags"] = (subject, arguments, budget) =>
        {
            arguments.Bind();
            return new TextValue(Html.StripTags(Shown(subject, budget), budget));
        },
        ["urlencode"] = (subject, arguments, budget) =>
        {
            arguments.Bind();
            return new TextValue(Urls.Encode(subject, budget));
        },
        ["xmlattr"] = (subject, arguments, budget) =>
            new TextValue(Html.Attributes(subject, arguments.Bind("autospace")[0] is not { } space || Values.IsTrue(space), budget)),
        ["tojson"] = ToJson,
    };

    private static MarkedText Shown(JinjaValue value, Budget budget)
    {
        var text = Values.Show(value, budget);
        budget.Work(text.Length);
        return text;
    }

    private static TextValue Changed(JinjaValue subject, MarkedText text) => new(text) { IsSafe = subject is TextValue { IsSafe: true } };

    private static JinjaFault Missing(string argument) => new($"The filter needs the argument '{argument}'.");

    private static Operation Changing(Func<MarkedText, Budget, MarkedText> change) => (subject, arguments, budget) =>
    {
        arguments.Bind();
        var text = Shown(subject, budget);
        budget.Create(text.Length);
        return Changed(subject, change(text, budget));
    };

    private static Operation Escaping(bool again) => (subject, arguments, budget) =>
    {
        arguments.Bind();
        return again ? new TextValue(Html.EscapeText(Values.Show(subject, budget), budget)) { IsSafe = true } : Html.Escape(subject, budget);
    };

    private static JinjaValue FormatOperand(Arguments arguments) => arguments.Named.Count > 0
        ? Of(arguments.Named.Select(each => KeyValuePair.Create(each.Name, each.Value)))
        : new ListValue(arguments.Positional) { Kind = ListKind.Tuple };

    private static TextValue Indent(JinjaValue subject, Arguments arguments, Budget budget)
    {
        var bound = arguments.Bind("width", "first", "blank");
        var (first, blank) = (bound[1] is { } flag && Values.IsTrue(flag), bound[2] is { } all && Values.IsTrue(all));
        var indent = bound[0] is TextValue text ? text.Text : MarkedText.OfTemplate(Blanks(bound[0] ?? Of(4), budget));
        var lineEnd = MarkedText.OfTemplate("\n");
        var lines = Splitting.Lines(Values.Join([Values.Text(subject), lineEnd], budget), keepEnds: false, budget);
        var parts = new List<MarkedText>();
        for (var i = 0; i < lines.Count; i++)
        {
            parts.Add(i == 0 ? MarkedText.Empty : lineEnd);
            parts.Add((i == 0 ? first : blank || lines[i].Length > 0) ? indent : MarkedText.Empty);
            parts.Add(lines[i]);
        }

        return Changed(subject, Values.Join(parts, budget));
    }

    private static string Blanks(JinjaValue width, Budget budget)
    {
        var count = Math.Max(0, Values.Whole(width));
        budget.Create(count);
        return new string(' ', count);
    }

    private static JinjaValue Truncate(JinjaValue subject, Arguments arguments, Budget budget)
    {
        var bound = arguments.Bind("length", "killwords", "end", "leeway");
        var end = bound[2] is { } given ? Values.Text(given) : MarkedText.OfTemplate("...");
        var (length, room) = (bound[0] is { } most ? Values.Whole(most) : 255, bound[3] is null or NoneValue ? 5 : Values.Whole(bound[3]!));
        var kept = length - Positions.Length(end.Value);
        if (kept < 0 || room < 0)
        {
            throw new JinjaFault("The length must be at least that of the end, and the leeway at least 0.");
        }

        budget.Work(subject is TextValue { Value.Length: var chars } ? chars : 0);
        if (Values.Length(subject) <= (long)length + room)
        {
            return subject;
        }

        var text = Values.Text(subject);
        var cut = text.Slice(0, Positions.CharIndex(text.Value, kept));
        var word = bound[1] is { } kill && Values.IsTrue(kill) ? -1 : cut.Value.LastIndexOf(' ');
        return Changed(subject, Values.Join([word < 0 ? cut : cut.Slice(0, word), end], budget));
    }

    private static TextValue Wrap(JinjaValue subject, Arguments arguments, Budget budget)
    {
        var bound = arguments.Bind("width", "break_long_words", "wrapstring", "break_on_hyphens");
        var wrap = new WordWrap(
            bound[0] is { } width ? Values.Whole(width) : 79,
            bound[1] is not { } longWords || Values.IsTrue(longWords),
            bound[3] is not { } hyphens || Values.IsTrue(hyphens),
            budget);
        var lineEnd = bound[2] is null or NoneValue ? MarkedText.OfTemplate("\n") : Values.Text(bound[2]!);
        var lines = Splitting.Lines(Values.Text(subject), keepEnds: false, budget)
            .SelectMany(line => wrap.Wrap(line) is { Count: > 0 } wrapped ? wrapped : [MarkedText.Empty]);
        return Changed(subject, Values.Join([.. lines.SelectMany((line, i) => i == 0 ? [line] : (MarkedText[])[lineEnd, line])], budget));
    }

    private static TextValue ToJson(JinjaValue subject, Arguments arguments, Budget budget)
    {
        var bound = arguments.Bind("ensure_ascii", "indent", "separators", "sort_keys");
        var indent = bound[1] switch
        {
            null or NoneValue => null,
            TextValue text => text.Value,
            var width => Blanks(width, budget),
        };
        var (item, key) = bound[2] switch
        {
            null or NoneValue => (indent is null ? ", " : ",", ": "),
            ListValue { Items: [TextValue first, TextValue second] } => (first.Value, second.Value),
            _ => throw new JinjaFault("'separators' must be two strings."),
        };
        var layout = new JsonLayout(indent, item, key, IsSet(bound[3]), IsSet(bound[0]));
        return new(MarkedText.OfData(JsonWriter.Write(subject, layout, budget)));

        static bool IsSet(JinjaValue? flag) => flag is not null && Values.IsTrue(flag);
    }
}
