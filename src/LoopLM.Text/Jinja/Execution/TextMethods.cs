using System.Buffers;
using System.Collections.Frozen;
using static LoopLM.Text.Jinja.JinjaValue;

namespace LoopLM.Text.Jinja.Execution;

/// <summary>The methods of a string.</summary>
internal static class TextMethods
{
    /// <summary>Where Python ends a line.</summary>
    private static readonly SearchValues<char> s_lineEnds = SearchValues.Create("\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029");

    public static FrozenDictionary<string, Operation> All { get; } = new Dictionary<string, Operation>
    {
        ["strip"] = Stripping(left: true, right: true),
        ["lstrip"] = Stripping(left: true, right: false),
        ["rstrip"] = Stripping(left: false, right: true),
        ["split"] = (subject, arguments, budget) => Split(Subject(subject, budget), arguments.Bind("sep", "maxsplit"), fromEnd: false, budget),
        ["rsplit"] = (subject, arguments, budget) => Split(Subject(subject, budget), arguments.Bind("sep", "maxsplit"), fromEnd: true, budget),
        ["splitlines"] = (subject, arguments, budget) => Lines(Subject(subject, budget), arguments.Bind("keepends"), budget),
        ["startswith"] = (subject, arguments, budget) => MatchesAny(subject, arguments, budget, (text, part) => text.StartsWith(part, StringComparison.Ordinal)),
        ["endswith"] = (subject, arguments, budget) => MatchesAny(subject, arguments, budget, (text, part) => text.EndsWith(part, StringComparison.Ordinal)),
        ["removeprefix"] = (subject, arguments, budget) => Remove(Subject(subject, budget), arguments.Bind("prefix"), prefix: true),
        ["removesuffix"] = (subject, arguments, budget) => Remove(Subject(subject, budget), arguments.Bind("suffix"), prefix: false),
        ["replace"] = (subject, arguments, budget) =>
        {
            var bound = arguments.Bind("old", "new", "count");
            return new TextValue(Replace(Subject(subject, budget), Needed(bound[0], "old"), Needed(bound[1], "new"), Count(bound[2]), budget));
        },
        ["upper"] = Mapping(text => text.ToUpperInvariant()),
        ["lower"] = Mapping(text => text.ToLowerInvariant()),
        ["title"] = Mapping(Title),
        ["capitalize"] = Mapping(Capitalize),
        ["join"] = (subject, arguments, budget) => Join(Subject(subject, budget), Values.Items(arguments.Bind("iterable")[0] ?? None, budget), budget),
        ["find"] = (subject, arguments, budget) =>
        {
            var text = Subject(subject, budget).Value;
            var at = text.IndexOf(Needed(arguments.Bind("sub")[0], "sub").Value, StringComparison.Ordinal);
            return Of(at < 0 ? at : Positions.Length(text[..at]));
        },
        ["count"] = (subject, arguments, budget) =>
        {
            var (text, part) = (Subject(subject, budget).Value, Needed(arguments.Bind("sub")[0], "sub").Value);
            return Of(part.Length == 0 ? Positions.Length(text) + 1 : text.AsSpan().Count(part));
        },
        ["isdigit"] = (subject, _, budget) => Of(Subject(subject, budget) is { Length: > 0, Value: var text } && text.All(char.IsDigit)),
    }.ToFrozenDictionary();

    /// <summary>Python's white space: Unicode's, and four separators more.</summary>
    public static bool IsSpace(char value) => char.IsWhiteSpace(value) || value is >= '\x1c' and <= '\x1f';

    public static MarkedText Strip(MarkedText text, Func<char, bool> strips, bool left = true, bool right = true)
    {
        var (start, end) = (0, text.Length);
        while (left && start < end && strips(text.Value[start]))
        {
            start++;
        }

        while (right && end > start && strips(text.Value[end - 1]))
        {
            end--;
        }

        return text.Slice(start, end - start);
    }

    public static MarkedText Replace(MarkedText text, MarkedText old, MarkedText with, int most, Budget budget)
    {
        if (old.Length == 0)
        {
            throw new JinjaFault("An empty string cannot be replaced.");
        }

        budget.Work(text.Length);
        var (parts, taken) = (new List<MarkedText>(), 0);
        for (var found = 0; found < most && text.Value.IndexOf(old.Value, taken, StringComparison.Ordinal) is >= 0 and var at; found++)
        {
            budget.Step();
            parts.Add(text.Slice(taken, at - taken));
            parts.Add(with);
            taken = at + old.Length;
        }

        parts.Add(text.Slice(taken, text.Length - taken));
        return Values.Join(parts, budget);
    }

    public static TextValue Join(MarkedText separator, IReadOnlyList<JinjaValue> items, Budget budget)
    {
        var parts = new List<MarkedText>();
        foreach (var item in items)
        {
            if (parts.Count > 0)
            {
                parts.Add(separator);
            }

            parts.Add(Values.Show(item, budget));
        }

        return new(Values.Join(parts, budget));
    }

    /// <summary>The lines of a text.</summary>
    public static IReadOnlyList<MarkedText> Lines(MarkedText text, bool keepEnds, Budget budget)
    {
        var lines = new List<MarkedText>();
        for (var start = 0; start < text.Length;)
        {
            budget.Step();
            var length = text.Value.AsSpan(start).IndexOfAny(s_lineEnds);
            var end = length < 0 ? text.Length : start + length;
            var next = length < 0 ? end : end + (text.Value.AsSpan(end).StartsWith("\r\n") ? 2 : 1);
            lines.Add(text.Slice(start, (keepEnds ? next : end) - start));
            start = next;
        }

        return lines;
    }

    public static string Capitalize(string text) =>
        text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..].ToLowerInvariant();

    public static string Title(string text) => string.Create(text.Length, text, static (title, text) =>
    {
        for (var i = 0; i < text.Length; i++)
        {
            title[i] = i > 0 && char.IsLetter(text[i - 1]) ? char.ToLowerInvariant(text[i]) : char.ToUpperInvariant(text[i]);
        }
    });

    private static MarkedText Subject(JinjaValue subject, Budget budget)
    {
        var text = Values.Text(subject);
        budget.Work(text.Length);
        return text;
    }

    private static MarkedText Needed(JinjaValue? value, string name) =>
        value is TextValue text ? text.Text : throw new JinjaFault($"'{name}' must be a string.");

    private static int Count(JinjaValue? value) =>
        value is null or NoneValue ? int.MaxValue
        : Values.Integer(value) is { } count ? count < 0 ? int.MaxValue : (int)Math.Min(count, int.MaxValue)
        : throw new JinjaFault("A count must be a whole number.");

    private static Operation Stripping(bool left, bool right) => (subject, arguments, budget) =>
    {
        var chars = arguments.Bind("chars")[0];
        Func<char, bool> strips = chars is null or NoneValue ? IsSpace : Needed(chars, "chars").Value.Contains;
        return new TextValue(Strip(Subject(subject, budget), strips, left, right));
    };

    private static Operation Mapping(Func<string, string> map) => (subject, arguments, budget) =>
    {
        arguments.Bind();
        var text = Subject(subject, budget);
        return new TextValue(text.With(map(text.Value)));
    };

    private static BoolValue MatchesAny(JinjaValue subject, Arguments arguments, Budget budget, Func<string, string, bool> matches)
    {
        var (text, part) = (Subject(subject, budget).Value, arguments.Bind("part")[0]);
        return new(part is ListValue several
            ? several.Items.Any(each => matches(text, Needed(each, "part").Value))
            : matches(text, Needed(part, "part").Value));
    }

    private static TextValue Remove(MarkedText text, JinjaValue?[] bound, bool prefix)
    {
        var part = Needed(bound[0], prefix ? "prefix" : "suffix").Value;
        var found = prefix ? text.Value.StartsWith(part, StringComparison.Ordinal) : text.Value.EndsWith(part, StringComparison.Ordinal);
        return new(!found ? text : text.Slice(prefix ? part.Length : 0, text.Length - part.Length));
    }

    private static ListValue Lines(MarkedText text, JinjaValue?[] bound, Budget budget) =>
        List(Lines(text, bound[0] is { } keep && Values.IsTrue(keep), budget));

    private static ListValue List(IEnumerable<MarkedText> parts) => new([.. parts.Select(part => new TextValue(part))]);

    private static ListValue Split(MarkedText text, JinjaValue?[] bound, bool fromEnd, Budget budget)
    {
        var most = Count(bound[1]);
        var parts = bound[0] is null or NoneValue
            ? SplitAtSpace(text, most, fromEnd, budget)
            : SplitAt(text, Needed(bound[0], "sep").Value, most, fromEnd, budget);
        if (fromEnd)
        {
            parts.Reverse();
        }

        return List(parts);
    }

    private static List<MarkedText> SplitAt(MarkedText text, string separator, int most, bool fromEnd, Budget budget)
    {
        if (separator.Length == 0)
        {
            throw new JinjaFault("A string cannot be split at an empty one.");
        }

        var (parts, start, end) = (new List<MarkedText>(), 0, text.Length);
        while (parts.Count < most)
        {
            budget.Step();
            var rest = text.Value.AsSpan(start, end - start);
            var at = fromEnd ? rest.LastIndexOf(separator) : rest.IndexOf(separator);
            if (at < 0)
            {
                break;
            }

            var (before, after) = (start + at, start + at + separator.Length);
            parts.Add(fromEnd ? text.Slice(after, end - after) : text.Slice(start, before - start));
            (start, end) = fromEnd ? (start, before) : (after, end);
        }

        parts.Add(text.Slice(start, end - start));
        return parts;
    }

    private static List<MarkedText> SplitAtSpace(MarkedText text, int most, bool fromEnd, Budget budget)
    {
        var (parts, start, end) = (new List<MarkedText>(), 0, text.Length);
        while (Skip(IsSpace))
        {
            budget.Step();
            var (wordStart, wordEnd) = (start, end);
            if (parts.Count < most)
            {
                Skip(each => !IsSpace(each));
                (wordStart, wordEnd) = fromEnd ? (end, wordEnd) : (wordStart, start);
            }
            else
            {
                end = start;
            }

            parts.Add(text.Slice(wordStart, wordEnd - wordStart));
        }

        return parts;

        // Whether something is left behind what is skipped.
        bool Skip(Func<char, bool> skips)
        {
            while (start < end && skips(text.Value[fromEnd ? end - 1 : start]))
            {
                (start, end) = fromEnd ? (start, end - 1) : (start + 1, end);
            }

            return start < end;
        }
    }
}
