using static LoopLM.Jinja.JinjaValue;

namespace LoopLM.Jinja.Execution;

/// <summary>What a loop's body knows of its iteration, as <c>loop</c>. It is one value for all iterations.</summary>
/// <param name="items">The items.</param>
/// <param name="depth">How deep a recursive loop is, from 1.</param>
/// <param name="budget">What it spends.</param>
internal sealed class LoopVariable(IReadOnlyList<JinjaValue> items, int depth, Budget budget)
{
    private ListValue? _changed;

    /// <summary>The iteration, from 0.</summary>
    public int Index { get; set; }

    /// <summary>The value that the template sees.</summary>
    /// <param name="recurse">Renders the body over other items; null where the loop is not recursive.</param>
    public ObjectValue ToValue(Func<Arguments, JinjaValue>? recurse) => new(
        "a loop",
        Member,
        recurse ?? (_ => throw new JinjaFault("A loop that is called must be recursive: {% for ... recursive %}.")));

    private JinjaValue? Member(string name) => name switch
    {
        "index" => Of(Index + 1),
        "index0" => Of(Index),
        "revindex" => Of(items.Count - Index),
        "revindex0" => Of(items.Count - Index - 1),
        "first" => Of(Index == 0),
        "last" => Of(Index == items.Count - 1),
        "length" => Of(items.Count),
        "depth" => Of(depth),
        "depth0" => Of(depth - 1),
        "previtem" => Index > 0 ? items[Index - 1] : new UndefinedValue("loop.previtem"),
        "nextitem" => Index < items.Count - 1 ? items[Index + 1] : new UndefinedValue("loop.nextitem"),
        "cycle" => new FunctionValue(name, arguments =>
            arguments.Positional.Count > 0 ? arguments.Positional[Index % arguments.Positional.Count] : throw new JinjaFault("cycle needs a value.")),
        "changed" => new FunctionValue(name, HasChanged),
        _ => null,
    };

    private JinjaValue HasChanged(Arguments arguments)
    {
        var values = new ListValue(arguments.Positional);
        var changed = _changed is null || !Values.AreEqual(_changed, values, budget);
        _changed = changed ? values : _changed;
        return Of(changed);
    }
}
