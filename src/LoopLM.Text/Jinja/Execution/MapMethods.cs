using System.Collections.Frozen;
using static LoopLM.Text.Jinja.JinjaValue;

namespace LoopLM.Text.Jinja.Execution;

/// <summary>The methods of a mapping; none changes it.</summary>
internal static class MapMethods
{
    public static FrozenDictionary<string, Operation> All { get; } = new Dictionary<string, Operation>
    {
        ["get"] = (subject, arguments, _) =>
        {
            var bound = arguments.Bind("key", "default");
            return bound[0] is TextValue key && ((MapValue)subject).Entries.TryGetValue(key.Value, out var value) ? value : bound[1] ?? None;
        },
        ["items"] = (subject, _, budget) => Items((MapValue)subject, budget),
        ["keys"] = (subject, _, budget) => new ListValue(Values.Items(subject, budget)),
        ["values"] = (subject, _, budget) =>
        {
            var entries = ((MapValue)subject).Entries;
            budget.Step(entries.Count);
            return new ListValue([.. entries.Values]);
        },
    }.ToFrozenDictionary();

    /// <summary>Pairs of key and value.</summary>
    public static ListValue Items(MapValue map, Budget budget)
    {
        budget.Step(map.Entries.Count);
        return new([.. map.Entries.Select(entry => new ListValue([Of(entry.Key), entry.Value]) { IsTuple = true })]);
    }
}
