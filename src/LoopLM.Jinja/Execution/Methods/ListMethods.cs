using System.Collections.Frozen;
using static LoopLM.Jinja.JinjaValue;

namespace LoopLM.Jinja.Execution.Methods;

/// <summary>The methods of a list or a tuple; none changes it.</summary>
internal static class ListMethods
{
    public static FrozenDictionary<string, Operation> All { get; } = new Dictionary<string, Operation>
    {
        ["index"] = (subject, arguments, budget) =>
        {
            var bound = arguments.Bind("value", "start", "stop");
            var items = ((ListValue)subject).Items;
            var start = bound[1] is { } first ? Positions.Clamp(Values.Whole(first), items.Count, 0, items.Count) : 0;
            var stop = bound[2] is { } last ? Positions.Clamp(Values.Whole(last), items.Count, 0, items.Count) : items.Count;
            for (var at = start; at < stop; at++)
            {
                if (Values.AreEqual(items[at], Needed(bound[0]), budget))
                {
                    return Of(at);
                }
            }

            throw new JinjaFault("The value to find is not in the list.");
        },
        ["count"] = (subject, arguments, budget) =>
        {
            var value = Needed(arguments.Bind("value")[0]);
            return Of(((ListValue)subject).Items.Count(item => Values.AreEqual(item, value, budget)));
        },
        ["copy"] = (subject, arguments, _) =>
        {
            arguments.Bind();
            return subject;
        },
    }.ToFrozenDictionary();

    private static JinjaValue Needed(JinjaValue? value) => value ?? throw new JinjaFault("A value to look for is needed.");
}
