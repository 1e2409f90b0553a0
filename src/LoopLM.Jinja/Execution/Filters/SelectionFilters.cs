using static LoopLM.Jinja.JinjaValue;

namespace LoopLM.Jinja.Execution.Filters;

/// <summary>The filters that apply a test or another filter to every item. None has no items for them.</summary>
internal static class SelectionFilters
{
    public static Dictionary<string, Operation> All { get; } = new()
    {
        ["map"] = Map,
        ["select"] = Selecting(byAttribute: false, keeps: true),
        ["reject"] = Selecting(byAttribute: false, keeps: false),
        ["selectattr"] = Selecting(byAttribute: true, keeps: true),
        ["rejectattr"] = Selecting(byAttribute: true, keeps: false),
    };

    private static IteratorValue Map(JinjaValue subject, Arguments arguments, Budget budget)
    {
        if (!Values.IsTrue(subject))
        {
            return new([]);
        }

        if (arguments.Positional.Count == 0)
        {
            var bound = arguments.Bind("attribute", "default");
            var path = bound[0] ?? throw new JinjaFault("map needs the name of a filter or an attribute.");
            return new([.. Values.Items(subject, budget).Select(item => Attributes.Find(item, path, budget, bound[1]))]);
        }

        var filter = FilterTable.Find(Name(arguments.Positional[0]));
        var rest = arguments.Skip(1);
        return new([.. Values.Items(subject, budget).Select(item => filter(item, rest, budget))]);
    }

    private static Operation Selecting(bool byAttribute, bool keeps) => (subject, arguments, budget) =>
    {
        if (!Values.IsTrue(subject))
        {
            return new IteratorValue([]);
        }

        var path = !byAttribute ? null
            : arguments.Positional is [var first, ..] ? first
            : throw new JinjaFault($"{arguments.Callee} needs the name of an attribute.");
        var rest = byAttribute ? arguments.Skip(1) : arguments;
        var test = rest.Positional is [var name, ..] ? Tests.Find(Name(name)) : null;
        rest = rest.Skip(1);
        return new IteratorValue([.. Values.Items(subject, budget).Where(item =>
        {
            var value = Attributes.Find(item, path, budget);
            return Values.IsTrue(test is null ? value : test(value, rest, budget)) == keeps;
        })]);
    };

    // Messages tell the names that the template itself uses, never what a request holds.
    private static string Name(JinjaValue name) =>
        name is not TextValue text ? throw new JinjaFault("The name of a filter or a test must be a string.")
        : text.Text.IsOwn || FilterTable.All.ContainsKey(text.Value) || Tests.All.ContainsKey(text.Value) ? text.Value
        : "of that name";
}
