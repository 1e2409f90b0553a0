using System.Globalization;
using static LoopLM.Text.Jinja.JinjaValue;

namespace LoopLM.Text.Jinja.Execution;

/// <summary>The functions that every template can call.</summary>
internal static class Globals
{
    /// <summary>The outermost scope of a rendering.</summary>
    public static Scope Create(IEnumerable<KeyValuePair<string, JinjaValue>> variables, DateTimeOffset now, Budget budget)
    {
        var scope = new Scope(null);
        Add("namespace", arguments => new NamespaceValue(Entries(arguments)));
        Add("dict", arguments => new MapValue(new OrderedDictionary<string, JinjaValue>(Entries(arguments))));
        Add("range", arguments => Range(arguments.Bind("start", "stop", "step"), budget));
        Add("raise_exception", arguments => throw new JinjaFault(JinjaErrorKind.Raised, OwnText(Values.Show(arguments.Bind("message")[0] ?? None, budget))));
        Add("strftime_now", arguments => OfTemplate(TimeFormat.Format(now, Values.Text(arguments.Bind("format")[0] ?? None).Value)));
        foreach (var (name, value) in variables)
        {
            scope.Set(name, value);
        }

        return scope;

        void Add(string name, Func<Arguments, JinjaValue> call) => scope.Set(name, new FunctionValue(name, call));
    }

    // Messages of errors carry nothing of a request.
    private static string OwnText(MarkedText text)
    {
        var rendered = RenderedText.Of(text);
        return string.Concat(rendered.Own.Select(range => rendered.Text[range] + (range.End.Value < text.Length ? "..." : "")));
    }

    private static Dictionary<string, JinjaValue> Entries(Arguments arguments)
    {
        var entries = new Dictionary<string, JinjaValue>();
        foreach (var positional in arguments.Positional)
        {
            foreach (var (name, value) in (positional as MapValue ?? throw new JinjaFault($"{arguments.Callee} takes a mapping, not {Values.TypeName(positional)}.")).Entries)
            {
                entries[name] = value;
            }
        }

        foreach (var (name, value) in arguments.Named)
        {
            entries[name] = value;
        }

        return entries;
    }

    private static ListValue Range(JinjaValue?[] bound, Budget budget)
    {
        var numbers = bound.Select(each => each is null ? (long?)null
            : Values.Integer(each) ?? throw new JinjaFault($"range takes whole numbers, not {Values.TypeName(each)}.")).ToArray();
        var (start, stop) = numbers[1] is { } second ? (numbers[0] ?? 0, second) : (0, numbers[0] ?? throw new JinjaFault("range needs an end."));
        var step = numbers[2] ?? 1;
        if (step == 0)
        {
            throw new JinjaFault("range cannot have the step 0.");
        }

        var count = Math.Max(0, Math.Ceiling(((double)stop - start) / step));
        budget.Step((int)Math.Min(count, int.MaxValue));
        return new([.. Enumerable.Range(0, (int)count).Select(i => Of(start + (i * step)))]);
    }
}
