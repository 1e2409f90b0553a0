using static LoopLM.Jinja.JinjaValue;

namespace LoopLM.Jinja.Execution.Methods;

/// <summary>The methods of a string that look for another one, all of it or from one position to another.</summary>
internal static class TextSearch
{
    public static Dictionary<string, Operation> Methods { get; } = new()
    {
        ["startswith"] = Matching((text, part) => text.StartsWith(part, StringComparison.Ordinal)),
        ["endswith"] = Matching((text, part) => text.EndsWith(part, StringComparison.Ordinal)),
        ["find"] = Finding(fromEnd: false, mustBeThere: false),
        ["rfind"] = Finding(fromEnd: true, mustBeThere: false),
        ["index"] = Finding(fromEnd: false, mustBeThere: true),
        ["rindex"] = Finding(fromEnd: true, mustBeThere: true),
        ["count"] = (subject, arguments, budget) =>
        {
            var bound = arguments.Bind("sub", "start", "end");
            var part = TextMethods.Needed(bound[0], "sub").Value;
            if (Window(subject, bound[1], bound[2], budget, out _) is not { } text)
            {
                return Of(0);
            }

            budget.Search(text.Length, part.Length);
            return Of(part.Length == 0 ? Positions.Length(text) + 1 : text.AsSpan().Count(part));
        },
    };

    private static Operation Matching(Func<string, string, bool> matches) => (subject, arguments, budget) =>
    {
        var bound = arguments.Bind("part", "start", "end");
        var text = Window(subject, bound[1], bound[2], budget, out _);
        var parts = bound[0] is ListValue { Kind: ListKind.Tuple } several ? several.Items : [bound[0] ?? None];
        budget.Step(parts.Count);
        return Of(parts.Any(part =>
        {
            var value = TextMethods.Needed(part, "part").Value;
            budget.Work(value.Length);
            return text is not null && matches(text, value);
        }));
    };

    private static Operation Finding(bool fromEnd, bool mustBeThere) => (subject, arguments, budget) =>
    {
        var bound = arguments.Bind("sub", "start", "end");
        var part = TextMethods.Needed(bound[0], "sub").Value;
        var text = Window(subject, bound[1], bound[2], budget, out var start);
        budget.Search(text?.Length ?? 0, part.Length);
        var at = text is null ? -1 : fromEnd ? text.LastIndexOf(part, StringComparison.Ordinal) : text.IndexOf(part, StringComparison.Ordinal);
        return at >= 0 ? Of(start + Positions.Length(text.AsSpan(0, at)))
            : mustBeThere ? throw new JinjaFault("The string to find is not there.")
            : Of(-1);
    };

    /// <summary>The text between two positions; null where the first lies behind the end.</summary>
    private static string? Window(JinjaValue subject, JinjaValue? start, JinjaValue? end, Budget budget, out int first)
    {
        var text = Values.Text(subject, budget).Value;
        first = 0;
        if (start is null or NoneValue && end is null or NoneValue)
        {
            return text;
        }

        budget.Create(text.Length);
        var length = Positions.Length(text);
        first = start is null or NoneValue ? 0 : Positions.Clamp(Values.Whole(start), length, 0, int.MaxValue);
        var last = end is null or NoneValue ? length : Positions.Clamp(Values.Whole(end), length, 0, length);
        return first > last ? null : text[Positions.CharIndex(text, first)..Positions.CharIndex(text, last)];
    }
}
