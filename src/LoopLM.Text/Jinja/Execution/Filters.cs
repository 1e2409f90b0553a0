using System.Collections.Frozen;
using System.Globalization;
using static LoopLM.Text.Jinja.JinjaValue;

namespace LoopLM.Text.Jinja.Execution;

/// <summary>The filters.</summary>
internal static class Filters
{
    public static FrozenDictionary<string, Operation> All { get; } = new Dictionary<string, Operation>
    {
        ["trim"] = (subject, arguments, budget) =>
        {
            var chars = arguments.Bind("chars")[0];
            var text = Text(subject, budget);
            return new TextValue(TextMethods.Strip(text, chars is null or NoneValue ? TextMethods.IsSpace : Values.Text(chars).Value.Contains));
        },
        ["upper"] = Mapping(text => text.ToUpperInvariant()),
        ["lower"] = Mapping(text => text.ToLowerInvariant()),
        ["title"] = Mapping(TextMethods.Title),
        ["capitalize"] = Mapping(TextMethods.Capitalize),
        ["string"] = (subject, _, budget) => new TextValue(Values.Show(subject, budget)),
        ["safe"] = (subject, _, _) => subject,
        ["replace"] = (subject, arguments, budget) =>
        {
            var bound = arguments.Bind("old", "new", "count");
            var most = bound[2] is { } count ? (int)Math.Clamp(Whole(count), 0, int.MaxValue) : int.MaxValue;
            return new TextValue(TextMethods.Replace(Text(subject, budget), Values.Text(bound[0] ?? None), Values.Text(bound[1] ?? None), most, budget));
        },
        ["indent"] = Indent,
        ["length"] = Length,
        ["count"] = Length,
        ["default"] = Default,
        ["d"] = Default,
        ["tojson"] = ToJson,
        ["int"] = (subject, arguments, _) => ToInteger(subject) is { } integer ? Of(integer) : arguments.Bind("default", "base")[0] ?? Of(0),
        ["float"] = (subject, arguments, _) => ToFloat(subject) is { } number ? new FloatValue(number) : arguments.Bind("default")[0] ?? new FloatValue(0),
        ["abs"] = (subject, _, budget) => Values.Compare(subject, Of(0), budget) < 0 ? Arithmetic.Apply("-", Of(0), subject, budget) : subject,
        ["round"] = Round,
        ["first"] = (subject, _, budget) => Values.Items(subject, budget) is [var first, ..] ? first : new UndefinedValue("first"),
        ["last"] = (subject, _, budget) => Values.Items(subject, budget) is [.., var last] ? last : new UndefinedValue("last"),
        ["list"] = (subject, _, budget) => new ListValue(Values.Items(subject, budget)),
        ["items"] = (subject, _, budget) =>
            subject is UndefinedValue ? new ListValue([])
            : subject is MapValue map ? MapMethods.Items(map, budget)
            : throw new JinjaFault($"{Values.TypeName(subject)} has no pairs of key and value."),
        ["dictsort"] = DictSort,
        ["reverse"] = (subject, _, budget) => subject is TextValue
            ? Members.Slice(subject, null, null, -1, budget)
            : new ListValue([.. Values.Items(subject, budget).Reverse()]),
        ["sort"] = Sort,
        ["unique"] = Unique,
        ["min"] = (subject, _, budget) => Extreme(subject, budget, -1),
        ["max"] = (subject, _, budget) => Extreme(subject, budget, 1),
        ["sum"] = Sum,
        ["join"] = Join,
        ["map"] = Map,
        ["select"] = Selecting(byAttribute: false, keeps: true),
        ["reject"] = Selecting(byAttribute: false, keeps: false),
        ["selectattr"] = Selecting(byAttribute: true, keeps: true),
        ["rejectattr"] = Selecting(byAttribute: true, keeps: false),
    }.ToFrozenDictionary();

    private static MarkedText Text(JinjaValue value, Budget budget)
    {
        var text = Values.Show(value, budget);
        budget.Work(text.Length);
        return text;
    }

    private static Operation Mapping(Func<string, string> map) => (subject, arguments, budget) =>
    {
        arguments.Bind();
        var text = Text(subject, budget);
        return new TextValue(text.With(map(text.Value)));
    };

    private static long Whole(JinjaValue value) =>
        Values.Integer(value) ?? throw new JinjaFault($"{Values.TypeName(value)} stands where a whole number is needed.");

    private static JinjaValue Length(JinjaValue subject, Arguments arguments, Budget budget) =>
        Of(Values.Length(subject) ?? throw new JinjaFault($"{Values.TypeName(subject)} has no length."));

    private static JinjaValue Default(JinjaValue subject, Arguments arguments, Budget budget)
    {
        var bound = arguments.Bind("default_value", "boolean");
        var isMissing = subject is UndefinedValue || (bound[1] is { } boolean && Values.IsTrue(boolean) && !Values.IsTrue(subject));
        return isMissing ? bound[0] ?? new TextValue(MarkedText.Empty) : subject;
    }

    private static TextValue Indent(JinjaValue subject, Arguments arguments, Budget budget)
    {
        var bound = arguments.Bind("width", "first", "blank");
        var (first, blank) = (bound[1] is { } flag && Values.IsTrue(flag), bound[2] is { } all && Values.IsTrue(all));
        var indent = bound[0] is TextValue text ? text.Text : MarkedText.OfTemplate(new string(' ', Width(bound[0] ?? Of(4))));
        var lineEnd = MarkedText.OfTemplate("\n");
        var lines = TextMethods.Lines(Values.Join([Text(subject, budget), lineEnd], budget), keepEnds: false, budget);
        var parts = new List<MarkedText>();
        for (var i = 0; i < lines.Count; i++)
        {
            parts.Add(i == 0 ? MarkedText.Empty : lineEnd);
            parts.Add((i == 0 ? first : blank || lines[i].Length > 0) ? indent : MarkedText.Empty);
            parts.Add(lines[i]);
        }

        return new(Values.Join(parts, budget));
    }

    private static int Width(JinjaValue value) =>
        Whole(value) is >= 0 and <= 1000 and var width ? (int)width : throw new JinjaFault("An indent must be from 0 to 1000 spaces wide.");

    private static TextValue ToJson(JinjaValue subject, Arguments arguments, Budget budget)
    {
        var bound = arguments.Bind("indent", "ensure_ascii", "separators", "sort_keys");
        var indent = bound[0] switch
        {
            null or NoneValue => null,
            TextValue text => text.Value,
            var width => new string(' ', Width(width)),
        };
        var (item, key) = bound[2] is ListValue { Items: [TextValue first, TextValue second] }
            ? (first.Value, second.Value)
            : (indent is null ? ", " : ",", ": ");
        var layout = new JsonLayout(indent, item, key, IsSet(bound[3]), IsSet(bound[1]));
        return new(MarkedText.OfData(ValueWriter.ToJson(subject, layout, budget)));

        static bool IsSet(JinjaValue? flag) => flag is not null && Values.IsTrue(flag);
    }

    private static long? ToInteger(JinjaValue value) => value switch
    {
        FloatValue { Value: > long.MinValue and < long.MaxValue and var number } => (long)number,
        TextValue text when long.TryParse(text.Value, NumberStyles.Integer, CultureInfo.InvariantCulture, out var integer) => integer,
        TextValue text when ToFloat(text) is > long.MinValue and < long.MaxValue and { } number => (long)number,
        _ => Values.Integer(value),
    };

    private static double? ToFloat(JinjaValue value) =>
        value is TextValue text
            ? double.TryParse(text.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null
            : Values.Number(value);

    private static FloatValue Round(JinjaValue subject, Arguments arguments, Budget budget)
    {
        var bound = arguments.Bind("precision", "method");
        var number = Values.Number(subject) ?? throw new JinjaFault($"{Values.TypeName(subject)} cannot be rounded.");
        var scale = Math.Pow(10, bound[0] is { } precision ? Whole(precision) : 0);
        return new(bound[1] switch
        {
            null or TextValue { Value: "common" } => Math.Round(number * scale) / scale,
            TextValue { Value: "ceil" } => Math.Ceiling(number * scale) / scale,
            TextValue { Value: "floor" } => Math.Floor(number * scale) / scale,
            _ => throw new JinjaFault("The method of rounding must be common, ceil or floor."),
        });
    }

    private static ListValue DictSort(JinjaValue subject, Arguments arguments, Budget budget)
    {
        var bound = arguments.Bind("case_sensitive", "by", "reverse");
        var map = subject as MapValue ?? throw new JinjaFault($"{Values.TypeName(subject)} has no keys to sort by.");
        var at = bound[1] is TextValue { Value: "value" } ? 1 : 0;
        return Sorted(MapMethods.Items(map, budget).Items, pair => ((ListValue)pair).Items[at], bound[0], bound[2], budget);
    }

    private static ListValue Sort(JinjaValue subject, Arguments arguments, Budget budget)
    {
        var bound = arguments.Bind("reverse", "case_sensitive", "attribute");
        return Sorted(Values.Items(subject, budget), item => bound[2] is { } path ? Attribute(item, path, budget) : item, bound[1], bound[0], budget);
    }

    private static ListValue Sorted(
        IReadOnlyList<JinjaValue> items, Func<JinjaValue, JinjaValue> key, JinjaValue? caseSensitive, JinjaValue? reverse, Budget budget)
    {
        var ignoresCase = caseSensitive is null || !Values.IsTrue(caseSensitive);
        var order = Comparer<JinjaValue>.Create((left, right) => Values.Compare(left, right, budget));
        try
        {
            return new(reverse is not null && Values.IsTrue(reverse)
                ? [.. items.OrderByDescending(Key, order)]
                : [.. items.OrderBy(Key, order)]);
        }
        catch (InvalidOperationException exception) when (exception.InnerException is JinjaFault fault)
        {
            throw fault;
        }

        JinjaValue Key(JinjaValue item) => key(item) is TextValue text && ignoresCase ? Of(text.Value.ToLowerInvariant()) : key(item);
    }

    private static ListValue Unique(JinjaValue subject, Arguments arguments, Budget budget)
    {
        var bound = arguments.Bind("case_sensitive", "attribute");
        var (unique, keys) = (new List<JinjaValue>(), new List<JinjaValue>());
        foreach (var item in Values.Items(subject, budget))
        {
            var key = bound[1] is { } path ? Attribute(item, path, budget) : item;
            key = key is TextValue text && !(bound[0] is { } flag && Values.IsTrue(flag)) ? Of(text.Value.ToLowerInvariant()) : key;
            if (!keys.Exists(known => Values.AreEqual(known, key, budget)))
            {
                keys.Add(key);
                unique.Add(item);
            }
        }

        return new(unique);
    }

    private static JinjaValue Extreme(JinjaValue subject, Budget budget, int sign)
    {
        JinjaValue? extreme = null;
        foreach (var item in Values.Items(subject, budget))
        {
            extreme = extreme is null || Values.Compare(item, extreme, budget) * sign > 0 ? item : extreme;
        }

        return extreme ?? new UndefinedValue("the extreme of an empty list");
    }

    private static JinjaValue Sum(JinjaValue subject, Arguments arguments, Budget budget)
    {
        var bound = arguments.Bind("attribute", "start");
        return Values.Items(subject, budget).Aggregate(bound[1] ?? Of(0), (sum, item) =>
            Arithmetic.Apply("+", sum, bound[0] is { } path and not NoneValue ? Attribute(item, path, budget) : item, budget));
    }

    private static TextValue Join(JinjaValue subject, Arguments arguments, Budget budget)
    {
        var bound = arguments.Bind("d", "attribute");
        var items = Values.Items(subject, budget);
        return TextMethods.Join(
            bound[0] is { } separator ? Values.Show(separator, budget) : MarkedText.Empty,
            bound[1] is { } path and not NoneValue ? [.. items.Select(item => Attribute(item, path, budget))] : items,
            budget);
    }

    private static ListValue Map(JinjaValue subject, Arguments arguments, Budget budget)
    {
        var items = Values.Items(subject, budget);
        if (arguments.Positional.Count == 0)
        {
            var bound = arguments.Bind("attribute", "default");
            var path = bound[0] ?? throw new JinjaFault("map needs the name of a filter or an attribute.");
            return new([.. items.Select(item => Attribute(item, path, budget) is var value and not UndefinedValue ? value : bound[1] ?? new UndefinedValue("an attribute"))]);
        }

        if (arguments.Positional[0] is not TextValue name || !All.TryGetValue(name.Value, out var filter))
        {
            throw new JinjaFault("There is no filter of that name here.");
        }

        var rest = arguments.Skip(1);
        return new([.. items.Select(item => filter(item, rest, budget))]);
    }

    private static Operation Selecting(bool byAttribute, bool keeps) => (subject, arguments, budget) =>
    {
        var path = !byAttribute ? null
            : arguments.Positional is [var first, ..] ? first
            : throw new JinjaFault($"{arguments.Callee} needs the name of an attribute.");
        var rest = byAttribute ? arguments.Skip(1) : arguments;
        var test = rest.Positional is [var name, ..] ? Tests.Find(name) : null;
        rest = rest.Skip(1);
        return new ListValue([.. Values.Items(subject, budget).Where(item =>
        {
            var value = path is null ? item : Attribute(item, path, budget);
            return Values.IsTrue(test is null ? value : test(value, rest, budget)) == keeps;
        })]);
    };

    /// <summary>What a path such as <c>function.name</c> finds.</summary>
    private static JinjaValue Attribute(JinjaValue item, JinjaValue path, Budget budget)
    {
        budget.Step();
        return path is TextValue text
            ? text.Value.Split('.').Aggregate(item, (value, name) =>
                Members.GetItem(value, long.TryParse(name, CultureInfo.InvariantCulture, out var index) ? Of(index) : OfTemplate(name)))
            : Members.GetItem(item, path);
    }
}
