using System.Text.Json;

namespace LoopLM.StructuredOutput.Schemas;

/// <summary>Facts about values that a schema holds.</summary>
internal static class JsonValues
{
    /// <summary>The one type of a value.</summary>
    public static JsonTypes TypeOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => JsonTypes.Object,
        JsonValueKind.Array => JsonTypes.Array,
        JsonValueKind.String => JsonTypes.String,
        JsonValueKind.Number => DecimalValue.Read(value) is { Scale: > 0 } ? JsonTypes.Fraction : JsonTypes.Integer,
        JsonValueKind.True => JsonTypes.True,
        JsonValueKind.False => JsonTypes.False,
        _ => JsonTypes.Null,
    };
}
