using LoopLM.Jinja.Execution.Methods;
using LoopLM.Jinja.Execution.Numbers;
using static LoopLM.Jinja.JinjaValue;

namespace LoopLM.Jinja.Execution.Filters;

/// <summary>The filters that take the items of a list apart or put them together.</summary>
internal static class SequenceFilters
{
    public static Dictionary<string, Operation> All { get; } = new()
    {
        ["length"] = Length,
        ["count"] = Length,
        ["first"] = First,
        ["last"] = Last,
        ["list"] = (subject, arguments, budget) =>
        {
            arguments.Bind();
            return new ListValue([.. Values.Items(subject, budget)]);
        },
        ["items"] = (subject, arguments, budget) =>
        {
            arguments.Bind();
            return new IteratorValue(subject is UndefinedValue ? []
                : subject is MapValue map ? MapMethods.Items(map, budget).Items
                : throw new JinjaFault($"{Values.TypeName(subject)} has no pairs of key and value."));
        },
        ["reverse"] = (subject, arguments, budget) =>
        {
            arguments.Bind();
            return subject is TextValue ? Members.Slice(subject, null, null, -1, budget)
                : subject is IteratorValue or UndefinedValue ? new ListValue([.. Values.Items(subject, budget).Reverse()])
                : new IteratorValue([.. Values.Items(subject, budget).Reverse()]);
        },
        ["join"] = Join,
        ["sum"] = (subject, arguments, budget) =>
        {
            var bound = arguments.Bind("attribute", "start");
            var start = bound[1] ?? Of(0);
            return start is TextValue ? throw new JinjaFault("sum adds no strings; use join.")
                : Values.Items(subject, budget).Aggregate(start, (sum, item) =>
                    Arithmetic.Apply("+", sum, Attributes.Find(item, bound[0], budget), budget));
        },
        ["batch"] = Batch,
        ["slice"] = Slice,
    };

    private static JinjaValue Length(JinjaValue subject, Arguments arguments, Budget budget)
    {
        arguments.Bind();
        budget.Work(subject is TextValue text ? text.Value.Length : 0);
        return Of(Values.Length(subject) ?? throw new JinjaFault($"{Values.TypeName(subject)} has no length."));
    }

    private static JinjaValue First(JinjaValue subject, Arguments arguments, Budget budget)
    {
        arguments.Bind();
        return subject switch
        {
            IteratorValue iterator when iterator.Taken < iterator.Items.Count => iterator.Items[iterator.Taken++],
            IteratorValue => new UndefinedValue("first"),
            TextValue { Value.Length: > 0 } text => Members.GetItem(text, Of(0), budget),
            _ => Values.Items(subject, budget) is [var first, ..] ? first : new UndefinedValue("first"),
        };
    }

    private static JinjaValue Last(JinjaValue subject, Arguments arguments, Budget budget)
    {
        arguments.Bind();
        return subject switch
        {
            IteratorValue => throw new JinjaFault($"{Values.TypeName(subject)} has no last item that is known."),
            TextValue { Value.Length: > 0 } text => Members.GetItem(text, Of(-1), budget),
            _ => Values.Items(subject, budget) is [.., var last] ? last : new UndefinedValue("last"),
        };
    }

    private static TextValue Join(JinjaValue subject, Arguments arguments, Budget budget)
    {
        var bound = arguments.Bind("d", "attribute");
        var separator = bound[0] is { } given ? Values.Show(given, budget) : MarkedText.Empty;
        var parts = new List<MarkedText>();
        foreach (var item in Values.Items(subject, budget))
        {
            if (parts.Count > 0)
            {
                parts.Add(separator);
            }

            parts.Add(Values.Show(Attributes.Find(item, bound[1], budget), budget));
        }

        return new(Values.Join(parts, budget));
    }

    private static IteratorValue Batch(JinjaValue subject, Arguments arguments, Budget budget)
    {
        var bound = arguments.Bind("linecount", "fill_with");
        var size = Values.Whole(bound[0] ?? None);
        var items = Values.Items(subject, budget);
        if (size < 1)
        {
            // An empty batch is full at 0; one with items is never full.
            var all = new ListValue([.. items]);
            return new(items.Count == 0 ? [] : size == 0 ? [new ListValue([]), all] : [all]);
        }

        return new([.. items.Chunk(size).Select(chunk => (JinjaValue)new ListValue(Filled(chunk, size - chunk.Length, bound[1], budget)))]);
    }

    private static IteratorValue Slice(JinjaValue subject, Arguments arguments, Budget budget)
    {
        var bound = arguments.Bind("slices", "fill_with");
        var count = Values.Whole(bound[0] ?? None);
        var items = Values.Items(subject, budget);
        if (count <= 0)
        {
            return count < 0 ? new([]) : throw new JinjaFault("A number is divided by zero.");
        }

        budget.Step(count);
        var (size, larger) = (items.Count / count, items.Count % count);
        var (slices, at) = (new List<JinjaValue>(), 0);
        for (var i = 0; i < count; i++)
        {
            var take = size + (i < larger ? 1 : 0);
            slices.Add(new ListValue(Filled([.. items.Skip(at).Take(take)], i >= larger ? 1 : 0, bound[1], budget)));
            at += take;
        }

        return new(slices);
    }

    private static List<JinjaValue> Filled(IReadOnlyList<JinjaValue> items, int missing, JinjaValue? filler, Budget budget)
    {
        var filling = filler is null or NoneValue ? 0 : missing;
        budget.Step(filling);
        return [.. items, .. Enumerable.Repeat(filler ?? None, filling)];
    }
}
