using LoopLM.Jinja.Execution.Methods;
using static LoopLM.Jinja.JinjaValue;

namespace LoopLM.Jinja.Execution.Filters;

/// <summary>The filters that compare items with one another.</summary>
internal static class OrderFilters
{
    public static Dictionary<string, Operation> All { get; } = new()
    {
        ["sort"] = (subject, arguments, budget) =>
        {
            var bound = arguments.Bind("reverse", "case_sensitive", "attribute");
            return new ListValue(Sort(
                Values.Items(subject, budget), item => Attributes.FindAll(item, bound[2], !IsSet(bound[1]), budget), IsSet(bound[0]), budget));
        },
        ["dictsort"] = DictSort,
        ["unique"] = Unique,
        ["min"] = Extreme((item, extreme, budget) => Values.IsLess(item, extreme, budget)),
        ["max"] = Extreme((item, extreme, budget) => Values.IsLess(extreme, item, budget)),
        ["groupby"] = GroupBy,
    };

    private static bool IsSet(JinjaValue? flag) => flag is not null && Values.IsTrue(flag);

    /// <summary>Sorts items by what a key gives for each, once.</summary>
    private static List<JinjaValue> Sort(IReadOnlyList<JinjaValue> items, Func<JinjaValue, JinjaValue> key, bool reverse, Budget budget)
    {
        List<(JinjaValue Item, JinjaValue Key)> keyed = [.. items.Select(item => (item, key(item)))];

        // Reversed before and behind, equal items keep their order.
        if (reverse)
        {
            keyed.Reverse();
        }

        List<JinjaValue> sorted = [.. Sorting.Sort(keyed, (left, right) => Values.IsLess(left.Key, right.Key, budget)).Select(each => each.Item)];
        if (reverse)
        {
            sorted.Reverse();
        }

        return sorted;
    }

    private static ListValue DictSort(JinjaValue subject, Arguments arguments, Budget budget)
    {
        var bound = arguments.Bind("case_sensitive", "by", "reverse");
        var map = subject as MapValue ?? throw new JinjaFault($"{Values.TypeName(subject)} has no keys to sort by.");
        var at = bound[1] is null or TextValue { Value: "key" } ? 0
            : bound[1] is TextValue { Value: "value" } ? 1
            : throw new JinjaFault("'by' must be key or value.");
        return new(Sort(
            MapMethods.Items(map, budget).Items,
            pair => Attributes.Comparable(((ListValue)pair).Items[at], !IsSet(bound[0]), budget),
            IsSet(bound[2]),
            budget));
    }

    private static IteratorValue Unique(JinjaValue subject, Arguments arguments, Budget budget)
    {
        var bound = arguments.Bind("case_sensitive", "attribute");
        var keys = new HashSet<JinjaValue>(KeyComparer.Instance);
        return new([.. Values.Items(subject, budget).Where(item =>
            keys.Add(KeyComparer.Check(Attributes.Comparable(Attributes.Find(item, bound[1], budget), !IsSet(bound[0]), budget), budget)))]);
    }

    private static Operation Extreme(Func<JinjaValue, JinjaValue, Budget, bool> isMore) => (subject, arguments, budget) =>
    {
        var bound = arguments.Bind("case_sensitive", "attribute");
        (JinjaValue Item, JinjaValue Key)? extreme = null;
        foreach (var item in Values.Items(subject, budget))
        {
            var key = Attributes.Comparable(Attributes.Find(item, bound[1], budget), !IsSet(bound[0]), budget);
            extreme = extreme is null || isMore(key, extreme.Value.Key, budget) ? (item, key) : extreme;
        }

        return extreme?.Item ?? new UndefinedValue("the extreme of an empty list");
    };

    private static ListValue GroupBy(JinjaValue subject, Arguments arguments, Budget budget)
    {
        var bound = arguments.Bind("attribute", "default", "case_sensitive");
        var path = bound[0] ?? throw new JinjaFault($"{arguments.Callee} needs the name of an attribute.");
        var sorted = Sort(Values.Items(subject, budget), Key, reverse: false, budget);
        var (groups, group) = (new List<JinjaValue>(), new List<JinjaValue>());
        JinjaValue? current = null;
        foreach (var item in sorted)
        {
            var key = Key(item);
            if (current is null || !Values.AreEqual(current, key, budget))
            {
                group = [];
                groups.Add(new ListValue([Attributes.Find(item, path, budget, bound[1]), new ListValue(group)]) { Kind = ListKind.Group });
                current = key;
            }

            group.Add(item);
        }

        return new(groups);

        JinjaValue Key(JinjaValue item) => Attributes.Comparable(Attributes.Find(item, path, budget, bound[1]), !IsSet(bound[2]), budget);
    }
}
