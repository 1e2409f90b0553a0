using System.Numerics;
using LoopLM.Jinja.Execution.Methods;
using LoopLM.Jinja.Execution.Texts;
using static LoopLM.Jinja.JinjaValue;

namespace LoopLM.Jinja.Execution;

/// <summary>What <c>.</c> and <c>[]</c> find.</summary>
internal static class Members
{
    /// <summary>Behind a point a method comes before an entry of the same name, as in Python.</summary>
    public static JinjaValue Get(JinjaValue target, string name, Budget budget) =>
        FindAttribute(target, name, budget) ?? FindItem(target, OfTemplate(name), budget) ?? Missing(name);

    /// <summary>In brackets an entry comes before a method of the same name, as in Python.</summary>
    public static JinjaValue GetItem(JinjaValue target, JinjaValue key, Budget budget) =>
        FindItem(target, key, budget)
        ?? (key is TextValue text ? FindAttribute(target, text.Value, budget) : null)
        ?? Missing(key is TextValue { Text.IsOwn: true } name ? name.Value : "an item");

    /// <summary>A method or a member that the value has of its own; null where there is none of that name.</summary>
    public static JinjaValue? FindAttribute(JinjaValue target, string name, Budget budget)
    {
        switch (target)
        {
            case NamespaceValue space:
                return space.Members.GetValueOrDefault(name);
            case ObjectValue thing:
                return thing.Member(name);
            case ListValue { Kind: ListKind.Group } group when name is "grouper" or "list":
                return group.Items[name == "grouper" ? 0 : 1];
            case UndefinedValue missing:
                throw new JinjaFault($"'{missing.Name}' is not there, so nothing can be read from it.");
        }

        var methods = target switch
        {
            TextValue => TextMethods.All,
            MapValue => MapMethods.All,
            ListValue { Kind: ListKind.List or ListKind.Tuple or ListKind.Group or ListKind.Range } => ListMethods.All,
            _ => null,
        };
        return methods is null || !methods.TryGetValue(name, out var method) ? null
            : target is ListValue { Kind: not ListKind.List } && name == "copy" ? null
            : target is TextValue { IsSafe: true } safe ? new FunctionValue(name, arguments => CallSafe(safe, name, method, arguments, budget))
            : new FunctionValue(name, arguments => method(target, arguments, budget));
    }

    public static JinjaValue Slice(JinjaValue target, BigInteger? start, BigInteger? stop, BigInteger step, Budget budget)
    {
        if (target is UndefinedValue missing)
        {
            throw new JinjaFault($"'{missing.Name}' is not there, so nothing can be read from it.");
        }

        if (target is not (TextValue or ListValue { Kind: ListKind.List or ListKind.Tuple or ListKind.Group or ListKind.Range }))
        {
            throw new JinjaFault($"{Values.TypeName(target)} cannot be sliced.");
        }

        var length = Values.Length(target)!.Value;
        budget.Step(1 + (length / 64));
        if (target is ListValue list)
        {
            return new ListValue(list.Items is RangeItems range
                ? range.Slice(start, stop, step)
                : [.. Positions.Slice(length, start, stop, step, budget).Select(at => list.Items[at])])
            {
                Kind = list.Kind == ListKind.Group ? ListKind.Tuple : list.Kind,
            };
        }

        var text = (TextValue)target;
        budget.Create(length);
        if (step == 1)
        {
            int[] taken = [.. Positions.Slice(length, start, stop, step, budget)];
            return Html.Keep(text, taken.Length == 0 ? MarkedText.Empty : Cut(text.Text, taken[0], taken[^1]));
        }

        var characters = Values.Items(target, budget);
        return Html.Keep(text, MarkedText.Join([.. Positions.Slice(length, start, stop, step, budget).Select(at => Values.Text(characters[at]))]));
    }

    /// <summary>The characters from one position to another, both included.</summary>
    public static MarkedText Cut(MarkedText text, int first, int last)
    {
        var start = Positions.CharIndex(text.Value, first);
        var end = Positions.CharIndex(text.Value, last - first + 1, start);
        return text.Slice(start, end - start);
    }

    private static JinjaValue? FindItem(JinjaValue target, JinjaValue key, Budget budget)
    {
        switch (target)
        {
            case MapValue map:
                return key is ListValue { Kind: not ListKind.Tuple } or MapValue ? null
                    : map.Entries.TryGetValue(KeyComparer.Check(key, budget), out var entry) ? entry : null;
            case ListValue { Kind: ListKind.List or ListKind.Tuple or ListKind.Group or ListKind.Range } list when Values.Integer(key) is { } at:
                var position = at.Sign < 0 ? at + list.Items.Count : at;
                return position >= 0 && position < list.Items.Count ? list.Items[(int)position] : null;
            case TextValue text when Values.Integer(key) is { } at:
                budget.Work(text.Value.Length);
                return GetCharacter(text, at);
            case UndefinedValue missing:
                throw new JinjaFault($"'{missing.Name}' is not there, so nothing can be read from it.");
            default:
                return null;
        }
    }

    // Messages tell the names that the template itself uses, never what a request holds.
    private static UndefinedValue Missing(string name) => new(JinjaError.Clip(name));

    private static JinjaValue CallSafe(TextValue text, string name, Operation method, Arguments arguments, Budget budget)
    {
        // What does not cut HTML puts its arguments into it.
        var result = method(text, name.Contains("split", StringComparison.Ordinal) ? arguments : arguments with
        {
            Positional = [.. arguments.Positional.Select(EscapeArgument)],
            Named = [.. arguments.Named.Select(each => (each.Name, EscapeArgument(each.Value)))],
        }, budget);
        return result switch
        {
            TextValue changed => changed with { IsSafe = true },
            ListValue list => list with { Items = [.. list.Items.Select(item => item is TextValue part ? part with { IsSafe = true } : item)] },
            _ => result,
        };

        JinjaValue EscapeArgument(JinjaValue argument) => argument switch
        {
            TextValue => Html.Escape(argument, budget),
            ListValue list => list with { Items = [.. list.Items.Select(EscapeArgument)] },
            _ => argument,
        };
    }

    private static TextValue? GetCharacter(TextValue text, BigInteger at)
    {
        var length = Positions.Length(text.Value);
        var position = at.Sign < 0 ? at + length : at;
        return position >= 0 && position < length ? Html.Keep(text, Cut(text.Text, (int)position, (int)position)) : null;
    }
}
