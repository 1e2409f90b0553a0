using System.Collections.Frozen;
using static LoopLM.Jinja.JinjaValue;

namespace LoopLM.Jinja.Execution.Methods;

/// <summary>The methods of a mapping; none changes it.</summary>
internal static class MapMethods
{
    public static FrozenDictionary<string, Operation> All { get; } = new Dictionary<string, Operation>
    {
        ["get"] = (subject, arguments, budget) =>
        {
            var bound = arguments.Bind("key", "default");
            var key = KeyComparer.Check(bound[0] ?? throw new JinjaFault("get needs a key."), budget);
            return ((MapValue)subject).Entries.TryGetValue(key, out var value) ? value : bound[1] ?? None;
        },
        ["items"] = (subject, arguments, budget) => Bound(arguments, Items((MapValue)subject, budget)),
        ["keys"] = (subject, arguments, budget) => Bound(arguments, new ListValue(Values.Items(subject, budget)) { Kind = ListKind.Keys }),
        ["values"] = (subject, arguments, budget) =>
        {
            var entries = ((MapValue)subject).Entries;
            budget.Step(entries.Count);
            return Bound(arguments, new ListValue([.. entries.Values]) { Kind = ListKind.Values });
        },
        ["copy"] = (subject, arguments, _) =>
        {
            arguments.Bind();
            return subject;
        },
        ["fromkeys"] = (_, arguments, budget) =>
        {
            var bound = arguments.Bind("iterable", "value");
            var map = new OrderedDictionary<JinjaValue, JinjaValue>(KeyComparer.Instance);
            foreach (var key in Values.Items(bound[0] ?? None, budget))
            {
                map[KeyComparer.Check(key, budget)] = bound[1] ?? None;
            }

            return new MapValue(map);
        },
    }.ToFrozenDictionary();

    /// <summary>Pairs of key and value.</summary>
    public static ListValue Items(MapValue map, Budget budget)
    {
        budget.Step(map.Entries.Count);
        return new([.. map.Entries.Select(entry => new ListValue([entry.Key, entry.Value]) { Kind = ListKind.Tuple })]) { Kind = ListKind.Items };
    }

    private static ListValue Bound(Arguments arguments, ListValue view)
    {
        arguments.Bind();
        return view;
    }
}
