using System.Numerics;
using LoopLM.Jinja.Execution.Texts;
using static LoopLM.Jinja.JinjaValue;

namespace LoopLM.Jinja.Execution;

/// <summary>The functions that every template can call.</summary>
internal static class Globals
{
    /// <summary>The outermost scope of a rendering.</summary>
    public static Scope Create(IEnumerable<KeyValuePair<string, JinjaValue>> variables, DateTimeOffset now, Budget budget)
    {
        var scope = new Scope(null);
        Add("namespace", arguments => new NamespaceValue(Members(arguments, budget)));
        Add("dict", arguments => CreateMap(arguments, budget));
        Add("range", arguments => CreateRange(arguments, budget));
        Add("cycler", CreateCycler);
        Add("joiner", CreateJoiner);
        Add("lipsum", _ => throw new JinjaFault("The function 'lipsum' is not supported; a prompt has no random text."));
        Add("raise_exception", arguments =>
            throw new JinjaFault(JinjaErrorKind.Raised, OwnText(Values.Show(arguments.Bind("message")[0] ?? None, budget))));
        Add("strftime_now", arguments =>
            OfTemplate(TimeFormat.Format(now, Values.Text(arguments.Bind("format")[0] ?? None, budget).Value, budget)));
        foreach (var (name, value) in variables)
        {
            scope.Set(name, value);
        }

        return scope;

        void Add(string name, Func<Arguments, JinjaValue> call) => scope.Set(name, new FunctionValue(name, call));
    }

    // Messages of errors carry nothing of a request, and they are cut in any case.
    private static string OwnText(MarkedText text)
    {
        const int most = 1000;
        var rendered = RenderedText.Of(text.Slice(0, Math.Min(text.Length, most)));
        return string.Concat(rendered.Own.Select(range => rendered.Text[range] + (range.End.Value < text.Length ? "..." : "")));
    }

    private static MapValue CreateMap(Arguments arguments, Budget budget)
    {
        var entries = new OrderedDictionary<JinjaValue, JinjaValue>(KeyComparer.Instance);
        if (arguments.Positional.Count > 1)
        {
            throw new JinjaFault($"{arguments.Callee} takes at most one mapping.");
        }

        foreach (var (key, value) in arguments.Positional.SelectMany(source => Pairs(source, budget)))
        {
            entries[KeyComparer.Check(key, budget)] = value;
        }

        foreach (var (name, value) in arguments.Named)
        {
            entries[OfTemplate(name)] = value;
        }

        return new(entries);
    }

    private static IEnumerable<(JinjaValue Key, JinjaValue Value)> Pairs(JinjaValue source, Budget budget) => source is MapValue map
        ? map.Entries.Select(entry => (entry.Key, entry.Value))
        : Values.Items(source, budget).Select(item => Values.Items(item, budget) is [var key, var value] ? (key, value)
            : throw new JinjaFault("A mapping is made of another one or of pairs of key and value."));

    private static Dictionary<string, JinjaValue> Members(Arguments arguments, Budget budget) =>
        CreateMap(arguments, budget).Entries.ToDictionary(entry => Values.Text(entry.Key).Value, entry => entry.Value);

    private static ListValue CreateRange(Arguments arguments, Budget budget)
    {
        var bound = arguments.Bind("start", "stop", "step");
        var numbers = bound.Select(each => each is null ? (BigInteger?)null
            : Values.Integer(each) ?? throw new JinjaFault($"range takes whole numbers, not {Values.TypeName(each)}.")).ToArray();
        var (start, stop) = numbers[1] is { } second
            ? (numbers[0] ?? BigInteger.Zero, second)
            : (BigInteger.Zero, numbers[0] ?? throw new JinjaFault("range needs an end."));
        var step = numbers[2] ?? BigInteger.One;
        if (step.IsZero)
        {
            throw new JinjaFault("range cannot have the step 0.");
        }

        var items = new RangeItems(start, stop, step);
        budget.Step(items.Count);
        return new(items) { Kind = ListKind.Range };
    }

    private static ObjectValue CreateCycler(Arguments arguments)
    {
        var items = arguments.Positional.Count > 0 ? arguments.Positional : throw new JinjaFault("cycler needs at least one item.");
        var at = 0;
        return new("a cycler", name => name switch
        {
            "current" => items[at],
            "next" => new FunctionValue(name, _ =>
            {
                var item = items[at];
                at = (at + 1) % items.Count;
                return item;
            }),
            "reset" => new FunctionValue(name, _ =>
            {
                at = 0;
                return None;
            }),
            _ => null,
        });
    }

    private static ObjectValue CreateJoiner(Arguments arguments)
    {
        var separator = arguments.Bind("sep")[0] ?? OfTemplate(", ");
        var used = false;
        return new("a joiner", _ => null, _ =>
        {
            var text = used ? separator : new TextValue(MarkedText.Empty);
            used = true;
            return text;
        });
    }
}
