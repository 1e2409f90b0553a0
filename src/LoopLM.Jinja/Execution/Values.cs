using System.Numerics;
using LoopLM.Jinja.Execution.Numbers;
using static LoopLM.Jinja.JinjaValue;

namespace LoopLM.Jinja.Execution;

/// <summary>What Python's values have in common: truth, equality, order, length, iteration.</summary>
internal static class Values
{
    public static bool IsTrue(JinjaValue value) => value switch
    {
        UndefinedValue or NoneValue => false,
        BoolValue truth => truth.Value,
        IntegerValue integer => !integer.Value.IsZero,
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
        ListValue { Kind: ListKind.List } => "a list",
        ListValue { Kind: ListKind.Tuple or ListKind.Group } => "a tuple",
        ListValue { Kind: ListKind.Range } => "a range",
        ListValue => "a view of a mapping",
        IteratorValue => "what a filter gives without '| list'",
        MapValue => "a mapping",
        NamespaceValue => "a namespace",
        ObjectValue thing => thing.TypeName,
        _ => "a function",
    };

    public static bool AreEqual(JinjaValue left, JinjaValue right, Budget budget)
    {
        budget.Step();
        if (NumberOrder.Compare(left, right) is { } order)
        {
            return order == 0;
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
                var sameItems = IsTuple(a) == IsTuple(b) && (IsTuple(a) || a.Kind == b.Kind) && a.Kind != ListKind.Values
                    && a.Items.Count == b.Items.Count && a.Items.Zip(b.Items).All(pair => AreEqual(pair.First, pair.Second, budget));
                budget.Leave();
                return sameItems || ReferenceEquals(left, right);
            case (MapValue a, MapValue b):
                budget.Enter();
                var sameEntries = a.Entries.Count == b.Entries.Count && a.Entries.All(entry =>
                    b.Entries.TryGetValue(KeyComparer.Check(entry.Key, budget), out var other) && AreEqual(entry.Value, other, budget));
                budget.Leave();
                return sameEntries;
            default:
                return ReferenceEquals(left, right);
        }
    }

    /// <summary>Whether the first of two numbers, strings, lists or tuples comes before the second. Strings are ordered by code points.</summary>
    public static bool IsLess(JinjaValue left, JinjaValue right, Budget budget, bool orEqual = false)
    {
        switch (left, right)
        {
            case (TextValue a, TextValue b):
                budget.Work(Math.Min(a.Value.Length, b.Value.Length));
                return CompareCodePoints(a.Value, b.Value) < (orEqual ? 1 : 0);
            case (ListValue x, ListValue y) when IsTuple(x) ? IsTuple(y) : x.Kind == y.Kind && x.Kind == ListKind.List:
                budget.Enter();
                var differing = x.Items.Zip(y.Items).FirstOrDefault(pair => !AreEqual(pair.First, pair.Second, budget));
                var less = differing.First is null
                    ? x.Items.Count < y.Items.Count + (orEqual ? 1 : 0)
                    : IsLess(differing.First, differing.Second, budget, orEqual);
                budget.Leave();
                return less;
        }

        budget.Step();
        return NumberOrder.Compare(left, right) is { } order ? order < (orEqual ? 1 : 0)
            : Number(left) is not null && Number(right) is not null ? false
            : throw new JinjaFault($"{TypeName(left)} and {TypeName(right)} have no order.");
    }

    /// <summary>A number as floating-point; null for what is none.</summary>
    public static double? Number(JinjaValue value) =>
        value is FloatValue number ? number.Value : Integer(value) is { } integer ? Integers.ToFloat(integer) : null;

    /// <summary>A whole number; a boolean is one too.</summary>
    public static BigInteger? Integer(JinjaValue value) => value switch
    {
        IntegerValue integer => integer.Value,
        BoolValue truth => truth.Value ? 1 : 0,
        _ => null,
    };

    /// <summary>A whole number, cut to what an int holds: enough for a count or a position.</summary>
    public static int Whole(JinjaValue value) => Integer(value) is { } integer
        ? (int)BigInteger.Clamp(integer, int.MinValue, int.MaxValue)
        : throw new JinjaFault($"{TypeName(value)} stands where a whole number is needed.");

    /// <summary>The items that a loop runs over: a list's, a mapping's keys, a string's characters, none of what is undefined. Those of an iterator are taken.</summary>
    public static IReadOnlyList<JinjaValue> Items(JinjaValue value, Budget budget)
    {
        switch (value)
        {
            case ListValue list:
                budget.Step(list.Items.Count);
                return list.Items;
            case IteratorValue iterator:
                budget.Step(iterator.Items.Count);
                IReadOnlyList<JinjaValue> rest = iterator.Taken == 0 ? iterator.Items : [.. iterator.Items.Skip(iterator.Taken)];
                iterator.Taken = iterator.Items.Count;
                return rest;
            case MapValue map:
                budget.Step(map.Entries.Count);
                return [.. map.Entries.Keys];
            case TextValue text:
                budget.Step(text.Value.Length);
                return Characters(text);
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
                budget.Search(text.Value.Length, part.Value.Length);
                return text.Value.Contains(part.Value, StringComparison.Ordinal);
            case ListValue list:
                return list.Items.Any(each => AreEqual(each, item, budget));
            case MapValue map:
                return map.Entries.ContainsKey(KeyComparer.Check(item, budget));
            case IteratorValue or UndefinedValue:
                return Items(container, budget).Any(each => AreEqual(each, item, budget));
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

    /// <summary>The text of a value that must be one, which is going to be read.</summary>
    public static MarkedText Text(JinjaValue value, Budget budget)
    {
        var text = Text(value);
        budget.Work(text.Length);
        return text;
    }

    public static MarkedText Join(IReadOnlyList<MarkedText> parts, Budget budget)
    {
        budget.Create(parts.Sum(part => (long)part.Length));
        return MarkedText.Join(parts);
    }

    public static bool IsTuple(ListValue list) => list.Kind is ListKind.Tuple or ListKind.Group;

    private static List<JinjaValue> Characters(TextValue text)
    {
        var characters = new List<JinjaValue>(text.Value.Length);
        for (var at = 0; at < text.Value.Length;)
        {
            var length = text.Text.LengthAt(at);
            characters.Add(new TextValue(text.Text.Slice(at, length)));
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
