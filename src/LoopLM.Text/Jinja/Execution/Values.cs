using static LoopLM.Text.Jinja.JinjaValue;

namespace LoopLM.Text.Jinja.Execution;

/// <summary>What Python's values have in common: truth, equality, order, length, iteration.</summary>
internal static class Values
{
    public static bool IsTrue(JinjaValue value) => value switch
    {
        UndefinedValue or NoneValue => false,
        BoolValue truth => truth.Value,
        IntegerValue integer => integer.Value != 0,
        FloatValue number => number.Value != 0,
        TextValue text => text.Value.Length > 0,
        ListValue list => list.Items.Count > 0,
        MapValue map => map.Entries.Count > 0,
        _ => true,
    };

    /// <summary>What messages call a value's type.</summary>
    public static string TypeName(JinjaValue value) => value switch
    {
        UndefinedValue undefined => $"undefined ('{undefined.Name}' is not there)",
        NoneValue => "none",
        BoolValue => "a boolean",
        IntegerValue or FloatValue => "a number",
        TextValue => "a string",
        ListValue => "a list",
        MapValue => "a mapping",
        NamespaceValue => "a namespace",
        _ => "a function",
    };

    public static bool AreEqual(JinjaValue left, JinjaValue right, Budget budget)
    {
        budget.Step();
        if (Number(left) is { } x && Number(right) is { } y)
        {
            return left is FloatValue || right is FloatValue ? x == y : Integer(left) == Integer(right);
        }

        switch (left, right)
        {
            case (UndefinedValue, UndefinedValue) or (NoneValue, NoneValue):
                return true;
            case (TextValue a, TextValue b):
                budget.Work(Math.Min(a.Value.Length, b.Value.Length));
                return string.Equals(a.Value, b.Value, StringComparison.Ordinal);
            case (ListValue a, ListValue b):
                budget.Enter();
                var sameItems = a.Items.Count == b.Items.Count && a.Items.Zip(b.Items).All(pair => AreEqual(pair.First, pair.Second, budget));
                budget.Leave();
                return sameItems;
            case (MapValue a, MapValue b):
                budget.Enter();
                var sameEntries = a.Entries.Count == b.Entries.Count
                    && a.Entries.All(entry => b.Entries.TryGetValue(entry.Key, out var other) && AreEqual(entry.Value, other, budget));
                budget.Leave();
                return sameEntries;
            default:
                return ReferenceEquals(left, right);
        }
    }

    /// <summary>Below, equal or above zero, for two numbers or two strings. Strings are ordered by code points.</summary>
    public static int Compare(JinjaValue left, JinjaValue right, Budget budget)
    {
        if (left is TextValue a && right is TextValue b)
        {
            budget.Work(Math.Min(a.Value.Length, b.Value.Length));
            return CompareCodePoints(a.Value, b.Value);
        }

        if (left is ListValue x && right is ListValue y)
        {
            budget.Enter();
            var order = x.Items.Zip(y.Items).Select(pair => AreEqual(pair.First, pair.Second, budget) ? 0 : Compare(pair.First, pair.Second, budget))
                .FirstOrDefault(each => each != 0);
            budget.Leave();
            return order != 0 ? order : x.Items.Count.CompareTo(y.Items.Count);
        }

        return Number(left) is { } first && Number(right) is { } second
            ? left is FloatValue || right is FloatValue ? first.CompareTo(second) : Integer(left)!.Value.CompareTo(Integer(right)!.Value)
            : throw new JinjaFault($"{TypeName(left)} and {TypeName(right)} have no order.");
    }

    public static double? Number(JinjaValue value) => value is FloatValue number ? number.Value : Integer(value);

    /// <summary>A whole number; a boolean is one too.</summary>
    public static long? Integer(JinjaValue value) => value switch
    {
        IntegerValue integer => integer.Value,
        BoolValue truth => truth.Value ? 1 : 0,
        _ => null,
    };

    /// <summary>The items that a loop runs over: a list's, a mapping's keys, a string's characters, none of what is undefined.</summary>
    public static IReadOnlyList<JinjaValue> Items(JinjaValue value, Budget budget)
    {
        switch (value)
        {
            case ListValue list:
                budget.Step(list.Items.Count);
                return list.Items;
            case MapValue map:
                budget.Step(map.Entries.Count);
                return [.. map.Entries.Keys.Select(Of)];
            case TextValue text:
                budget.Step(text.Value.Length);
                return Characters(text.Text);
            case UndefinedValue:
                return [];
            default:
                throw new JinjaFault($"{TypeName(value)} has no items to go through.");
        }
    }

    public static int? Length(JinjaValue value) => value switch
    {
        TextValue text => Positions.Length(text.Value),
        ListValue list => list.Items.Count,
        MapValue map => map.Entries.Count,
        UndefinedValue => 0,
        _ => null,
    };

    public static bool Contains(JinjaValue container, JinjaValue item, Budget budget)
    {
        switch (container)
        {
            case TextValue text when item is TextValue part:
                budget.Work(text.Value.Length);
                return text.Value.Contains(part.Value, StringComparison.Ordinal);
            case ListValue list:
                return list.Items.Any(each => AreEqual(each, item, budget));
            case MapValue map:
                return item is TextValue key && map.Entries.ContainsKey(key.Value);
            case UndefinedValue:
                return false;
            default:
                throw new JinjaFault($"{TypeName(container)} cannot be searched for {TypeName(item)}.");
        }
    }

    /// <summary>The text that output shows for a value.</summary>
    public static MarkedText Show(JinjaValue value, Budget budget) =>
        value is TextValue text ? text.Text : MarkedText.OfData(ValueWriter.Show(value, budget));

    /// <summary>The text of a value that must be one.</summary>
    public static MarkedText Text(JinjaValue value) =>
        value is TextValue text ? text.Text : throw new JinjaFault($"{TypeName(value)} stands where a string is needed.");

    public static MarkedText Join(IReadOnlyList<MarkedText> parts, Budget budget)
    {
        budget.Work(parts.Sum(part => (long)part.Length));
        return MarkedText.Join(parts);
    }

    private static List<JinjaValue> Characters(MarkedText text)
    {
        var characters = new List<JinjaValue>(text.Length);
        for (var at = 0; at < text.Length;)
        {
            var length = char.IsSurrogatePair(text.Value, at) ? 2 : 1;
            characters.Add(new TextValue(text.Slice(at, length)));
            at += length;
        }

        return characters;
    }

    private static int CompareCodePoints(string left, string right)
    {
        var same = left.AsSpan().CommonPrefixLength(right);
        if (same == left.Length || same == right.Length)
        {
            return left.Length.CompareTo(right.Length);
        }

        // Surrogates stand for characters above every other char.
        var (a, b) = (left[same], right[same]);
        return char.IsSurrogate(a) == char.IsSurrogate(b) ? a.CompareTo(b) : char.IsSurrogate(a) ? 1 : -1;
    }
}
