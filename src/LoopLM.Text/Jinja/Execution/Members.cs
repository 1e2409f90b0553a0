using static LoopLM.Text.Jinja.JinjaValue;

namespace LoopLM.Text.Jinja.Execution;

/// <summary>What <c>.</c> and <c>[]</c> find.</summary>
internal static class Members
{
    /// <summary>Behind a point a method comes before an entry of the same name, as in Python.</summary>
    public static JinjaValue Get(JinjaValue target, string name, Budget budget)
    {
        var methods = target switch
        {
            TextValue => TextMethods.All,
            MapValue => MapMethods.All,
            _ => null,
        };
        return methods is not null && methods.TryGetValue(name, out var method)
            ? new FunctionValue(name, arguments => method(target, arguments, budget))
            : GetItem(target, OfTemplate(name));
    }

    public static JinjaValue GetItem(JinjaValue target, JinjaValue key)
    {
        switch (target, key)
        {
            case (MapValue map, TextValue name):
                return map.Entries.TryGetValue(name.Value, out var entry) ? entry : Missing(key);
            case (NamespaceValue space, TextValue name):
                return space.Members.TryGetValue(name.Value, out var member) ? member : Missing(key);
            case (ListValue list, IntegerValue at):
                var position = at.Value < 0 ? at.Value + list.Items.Count : at.Value;
                return position >= 0 && position < list.Items.Count ? list.Items[(int)position] : Missing(key);
            case (TextValue text, IntegerValue at):
                return GetCharacter(text.Text, at.Value) is { } character ? character : Missing(key);
            case (UndefinedValue missing, _):
                throw new JinjaFault($"'{missing.Name}' is not there, so nothing can be read from it.");
            default:
                return Missing(key);
        }
    }

    public static JinjaValue Slice(JinjaValue target, long? start, long? stop, long step, Budget budget)
    {
        var length = target is TextValue or ListValue
            ? Values.Length(target)!.Value
            : throw new JinjaFault($"{Values.TypeName(target)} cannot be sliced.");
        budget.Work(length);
        if (target is ListValue list)
        {
            return new ListValue([.. Positions.Slice(length, start, stop, step).Select(at => list.Items[at])]) { IsTuple = list.IsTuple };
        }

        var text = ((TextValue)target).Text;
        if (step == 1)
        {
            int[] taken = [.. Positions.Slice(length, start, stop, step)];
            return new TextValue(taken.Length == 0 ? MarkedText.Empty : Cut(text, taken[0], taken[^1]));
        }

        var characters = Values.Items(target, budget);
        return new TextValue(MarkedText.Join([.. Positions.Slice(length, start, stop, step).Select(at => Values.Text(characters[at]))]));
    }

    private static MarkedText Cut(MarkedText text, int first, int last)
    {
        var start = Positions.CharIndex(text.Value, first);
        var end = start + Positions.CharIndex(text.Value[start..], last - first + 1);
        return text.Slice(start, end - start);
    }

    // Messages tell the names that the template itself uses, never what a request holds.
    private static UndefinedValue Missing(JinjaValue key) =>
        new(key is TextValue name && !name.Text.Own.Span.Contains(false) ? name.Value : "an item");

    private static TextValue? GetCharacter(MarkedText text, long at)
    {
        var length = Positions.Length(text.Value);
        var position = at < 0 ? at + length : at;
        return position >= 0 && position < length ? new TextValue(Cut(text, (int)position, (int)position)) : null;
    }
}
