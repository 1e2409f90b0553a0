using System.Globalization;
using System.Numerics;
using System.Text.Json;
using LoopLM.Jinja.Execution;
using LoopLM.Jinja.Execution.Numbers;

namespace LoopLM.Jinja;

/// <summary>A value that a template can use: plain data. Immutable, but for what templates make themselves.</summary>
public abstract record JinjaValue
{
    private protected JinjaValue()
    {
    }

    /// <summary>Python's None, JSON's null.</summary>
    public static JinjaValue None { get; } = new NoneValue();

    /// <summary>True or false.</summary>
    public static JinjaValue Of(bool value) => new BoolValue(value);

    /// <summary>A whole number.</summary>
    public static JinjaValue Of(long value) => new IntegerValue(value);

    /// <summary>A text of the data: no part of it will count as the template's own.</summary>
    public static JinjaValue Of(string text) => new TextValue(MarkedText.OfData(text));

    /// <summary>A text that counts as the template's own, such as the checkpoint's name of a special token.</summary>
    public static JinjaValue OfTemplate(string text) => new TextValue(MarkedText.OfTemplate(text));

    /// <summary>A list.</summary>
    public static JinjaValue Of(IReadOnlyList<JinjaValue> items) => new ListValue(items);

    /// <summary>A mapping; it keeps its order.</summary>
    public static JinjaValue Of(IEnumerable<KeyValuePair<string, JinjaValue>> entries)
    {
        var map = new OrderedDictionary<JinjaValue, JinjaValue>(KeyComparer.Instance);
        foreach (var (name, value) in entries)
        {
            map[Of(name)] = value;
        }

        return new MapValue(map);
    }

    /// <summary>
    /// A JSON value, as data: a number without fraction and exponent is a whole number of any size up to 4,300 digits; one of more digits
    /// becomes a floating-point number. Its depth is bounded by whoever parsed it.
    /// </summary>
    /// <exception cref="InvalidOperationException">It holds an escaped lone surrogate.</exception>
    public static JinjaValue Of(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object => Of(json.EnumerateObject().Select(property => KeyValuePair.Create(property.Name, Of(property.Value)))),
        JsonValueKind.Array => Of([.. json.EnumerateArray().Select(Of)]),
        JsonValueKind.String => Of(json.GetString()!),
        JsonValueKind.Number => OfNumber(json),
        JsonValueKind.True => Of(true),
        JsonValueKind.False => Of(false),
        _ => None,
    };

    internal static JinjaValue Of(BigInteger value) => new IntegerValue(value);

    private static JinjaValue OfNumber(JsonElement json)
    {
        var text = json.GetRawText();
        return text.AsSpan().IndexOfAny('.', 'e', 'E') < 0 && text.Length <= Integers.MaxDigits
            ? new IntegerValue(BigInteger.Parse(text, CultureInfo.InvariantCulture))
            : new FloatValue(json.GetDouble());
    }

    /// <summary>What is not there.</summary>
    /// <param name="Name">What the template calls it.</param>
    internal sealed record UndefinedValue(string Name) : JinjaValue;

    internal sealed record NoneValue : JinjaValue;

    internal sealed record BoolValue(bool Value) : JinjaValue;

    internal sealed record IntegerValue(BigInteger Value) : JinjaValue;

    internal sealed record FloatValue(double Value) : JinjaValue;

    internal sealed record TextValue(MarkedText Text) : JinjaValue
    {
        public string Value => Text.Value;

        /// <summary>Whether it is HTML already, so that nothing escapes it again: Python's Markup.</summary>
        public bool IsSafe { get; init; }
    }

    internal sealed record ListValue(IReadOnlyList<JinjaValue> Items) : JinjaValue
    {
        public ListKind Kind { get; init; }
    }

    /// <summary>What most filters give: items that can be gone through once.</summary>
    internal sealed record IteratorValue(IReadOnlyList<JinjaValue> Items) : JinjaValue
    {
        /// <summary>How many items are taken.</summary>
        public int Taken { get; set; }
    }

    internal sealed record MapValue(OrderedDictionary<JinjaValue, JinjaValue> Entries) : JinjaValue;

    /// <summary>What <c>namespace()</c> makes: the one value that a template can change.</summary>
    internal sealed record NamespaceValue(Dictionary<string, JinjaValue> Members) : JinjaValue;

    internal sealed record FunctionValue(string Name, Func<Arguments, JinjaValue> Call) : JinjaValue;

    /// <summary>A loop, a cycler: a value that has members alone.</summary>
    /// <param name="TypeName">What messages call it.</param>
    /// <param name="Member">Its members by name; null where it has none of that name.</param>
    /// <param name="Call">What calling it does; null where it cannot be called.</param>
    internal sealed record ObjectValue(string TypeName, Func<string, JinjaValue?> Member, Func<Arguments, JinjaValue>? Call = null) : JinjaValue;
}
