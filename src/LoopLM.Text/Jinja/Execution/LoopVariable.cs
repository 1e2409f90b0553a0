using static LoopLM.Text.Jinja.JinjaValue;

namespace LoopLM.Text.Jinja.Execution;

/// <summary>What a loop's body knows of its iteration, as <c>loop</c>.</summary>
internal static class LoopVariable
{
    public static MapValue Create(IReadOnlyList<JinjaValue> items, int index) => new(new OrderedDictionary<string, JinjaValue>
    {
        ["index"] = Of(index + 1),
        ["index0"] = Of(index),
        ["revindex"] = Of(items.Count - index),
        ["revindex0"] = Of(items.Count - index - 1),
        ["first"] = Of(index == 0),
        ["last"] = Of(index == items.Count - 1),
        ["length"] = Of(items.Count),
        ["previtem"] = index > 0 ? items[index - 1] : new UndefinedValue("loop.previtem"),
        ["nextitem"] = index < items.Count - 1 ? items[index + 1] : new UndefinedValue("loop.nextitem"),
        ["cycle"] = new FunctionValue("cycle", arguments =>
            arguments.Positional.Count > 0 ? arguments.Positional[index % arguments.Positional.Count] : throw new JinjaFault("cycle needs a value.")),
    });
}
