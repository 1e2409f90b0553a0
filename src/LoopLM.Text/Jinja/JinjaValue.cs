using System.Text.Json;

namespace LoopLM.Text.Jinja;

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
    public static JinjaValue Of(IEnumerable<KeyValuePair<string, JinjaValue>> entries) => new MapValue(new OrderedDictionary<string, JinjaValue>(entries));

    /// <summary>A JSON value, as data. Its depth is bounded by whoever parsed it.</summary>
    /// <exception cref="InvalidOperationException">It holds an escaped lone surrogate.</exception>
    public static JinjaValue Of(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object => Of(json.EnumerateObject().Select(property => KeyValuePair.Create(property.Name, Of(property.Value)))),
        JsonValueKind.Array => Of([.. json.EnumerateArray().Select(Of)]),
        JsonValueKind.String => Of(json.GetString()!),
        JsonValueKind.Number => json.TryGetInt64(out var integer) ? Of(integer) : new FloatValue(json.GetDouble()),
        JsonValueKind.True => Of(true),
        JsonValueKind.False => Of(false),
        _ => None,
    };

    internal sealed record UndefinedValue(string Name) : JinjaValue;

    internal sealed record NoneValue : JinjaValue;

    internal sealed record BoolValue(bool Value) : JinjaValue;

    internal sealed record IntegerValue(long Value) : JinjaValue;

    internal sealed record FloatValue(double Value) : JinjaValue;

    internal sealed record TextValue(MarkedText Text) : JinjaValue
    {
        public string Value => Text.Value;
    }

    internal sealed record ListValue(IReadOnlyList<JinjaValue> Items) : JinjaValue
    {
        /// <summary>Whether Python would show it in round brackets.</summary>
        public bool IsTuple { get; init; }
    }

    internal sealed record MapValue(OrderedDictionary<string, JinjaValue> Entries) : JinjaValue;

    /// <summary>What <c>namespace()</c> makes: the one value that a template can change.</summary>
    internal sealed record NamespaceValue(Dictionary<string, JinjaValue> Members) : JinjaValue;

    internal sealed record FunctionValue(string Name, Func<Execution.Arguments, JinjaValue> Call) : JinjaValue;
}
