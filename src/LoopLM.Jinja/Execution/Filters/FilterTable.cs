using System.Collections.Frozen;
using static LoopLM.Jinja.JinjaValue;

namespace LoopLM.Jinja.Execution.Filters;

/// <summary>All filters by name.</summary>
internal static class FilterTable
{
    public static FrozenDictionary<string, Operation> All { get; } = new[]
    {
        TextFilters.All, NumberFilters.All, SequenceFilters.All, OrderFilters.All, SelectionFilters.All,
        new Dictionary<string, Operation>
        {
            ["default"] = Default,
            ["d"] = Default,
            ["attr"] = (subject, arguments, budget) =>
                Members.FindAttribute(subject, Values.Text(arguments.Bind("name")[0] ?? None).Value, budget)
                ?? new UndefinedValue("an attribute"),
            ["pprint"] = Refusing("pprint", "use tojson"),
            ["random"] = Refusing("random", "the same conversation must always give the same prompt"),
            ["urlize"] = Refusing("urlize", "a prompt has no links"),
        },
    }.SelectMany(filters => filters).ToFrozenDictionary();

    /// <summary>The filter of a name.</summary>
    /// <exception cref="JinjaFault">There is none.</exception>
    public static Operation Find(string name) =>
        All.TryGetValue(name, out var filter) ? filter : throw new JinjaFault($"There is no filter '{name}' here.");

    private static JinjaValue Default(JinjaValue subject, Arguments arguments, Budget budget)
    {
        var bound = arguments.Bind("default_value", "boolean");
        var isMissing = subject is UndefinedValue || (bound[1] is { } boolean && Values.IsTrue(boolean) && !Values.IsTrue(subject));
        return isMissing ? bound[0] ?? new TextValue(MarkedText.Empty) : subject;
    }

    private static Operation Refusing(string name, string reason) => (_, _, _) => throw new JinjaFault($"The filter '{name}' is not supported; {reason}.");
}
