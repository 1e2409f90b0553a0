using System.Numerics;
using static LoopLM.Jinja.JinjaValue;

namespace LoopLM.Jinja.Execution;

/// <summary>Compares the keys of mappings as Python does: 1, 1.0 and true are one key, and a tuple is a key where its items are.</summary>
internal sealed class KeyComparer : IEqualityComparer<JinjaValue>
{
    private KeyComparer()
    {
    }

    public static KeyComparer Instance { get; } = new();

    /// <summary>Checks that a value can be a key, and charges what comparing it costs.</summary>
    /// <exception cref="JinjaFault">It is a list or a mapping, which Python cannot hash.</exception>
    public static JinjaValue Check(JinjaValue value, Budget budget)
    {
        budget.Enter();
        switch (value)
        {
            case TextValue text:
                budget.Work(text.Value.Length);
                break;
            case ListValue { Kind: ListKind.Tuple or ListKind.Group } tuple:
                budget.Step(tuple.Items.Count);
                foreach (var item in tuple.Items)
                {
                    Check(item, budget);
                }

                break;
            case ListValue or MapValue or NamespaceValue:
                throw new JinjaFault($"{Values.TypeName(value)} cannot be the key of a mapping.");
        }

        budget.Leave();
        return value;
    }

    public bool Equals(JinjaValue? x, JinjaValue? y) => (x, y) switch
    {
        (TextValue a, TextValue b) => string.Equals(a.Value, b.Value, StringComparison.Ordinal),
        (ListValue a, ListValue b) => a.Items.Count == b.Items.Count && a.Items.Zip(b.Items).All(pair => Equals(pair.First, pair.Second)),
        (UndefinedValue, UndefinedValue) or (NoneValue, NoneValue) => true,
        _ => Numbers.NumberOrder.Compare(x!, y!) is { } order ? order == 0 : ReferenceEquals(x, y),
    };

    public int GetHashCode(JinjaValue value) => value switch
    {
        TextValue text => text.Value.GetHashCode(StringComparison.Ordinal),
        ListValue list => list.Items.Aggregate(list.Items.Count, (hash, item) => HashCode.Combine(hash, GetHashCode(item))),
        FloatValue { Value: var number } => double.IsInteger(number) ? HashCode.Combine(new BigInteger(number)) : HashCode.Combine(number),
        UndefinedValue or NoneValue => 0,
        _ => Values.Integer(value) is { } integer ? HashCode.Combine(integer) : System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(value),
    };
}
