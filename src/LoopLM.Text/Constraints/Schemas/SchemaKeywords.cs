using System.Collections.Frozen;

namespace LoopLM.Text.Constraints.Schemas;

/// <summary>The keywords that are understood. Every other one is refused.</summary>
internal static class SchemaKeywords
{
    /// <summary>Keywords that name other schemas, one of which the value has to match.</summary>
    public static readonly IReadOnlyList<string> References = ["$ref", "anyOf", "allOf", "oneOf"];

    private static readonly FrozenDictionary<string, JsonTypes> s_types = new Dictionary<string, JsonTypes>
    {
        ["object"] = JsonTypes.Object,
        ["array"] = JsonTypes.Array,
        ["string"] = JsonTypes.String,
        ["integer"] = JsonTypes.Integer,
        ["number"] = JsonTypes.Number,
        ["boolean"] = JsonTypes.Boolean,
        ["null"] = JsonTypes.Null,
    }.ToFrozenDictionary();

    // The type whose values a keyword is about; it says nothing about others.
    private static readonly FrozenDictionary<string, JsonTypes> s_assertions = new Dictionary<string, JsonTypes>
    {
        ["properties"] = JsonTypes.Object,
        ["required"] = JsonTypes.Object,
        ["additionalProperties"] = JsonTypes.Object,
        ["items"] = JsonTypes.Array,
        ["minItems"] = JsonTypes.Array,
        ["maxItems"] = JsonTypes.Array,
        ["minLength"] = JsonTypes.String,
        ["maxLength"] = JsonTypes.String,
        ["pattern"] = JsonTypes.String,
        ["format"] = JsonTypes.String,
        ["minimum"] = JsonTypes.Number,
        ["maximum"] = JsonTypes.Number,
        ["exclusiveMinimum"] = JsonTypes.Number,
        ["exclusiveMaximum"] = JsonTypes.Number,
        ["multipleOf"] = JsonTypes.Number,
        ["type"] = JsonTypes.None,
        ["enum"] = JsonTypes.None,
        ["const"] = JsonTypes.None,
    }.ToFrozenDictionary();

    private static readonly FrozenSet<string> s_annotations = FrozenSet.Create(
        "$schema", "$comment", "$defs", "definitions", "title", "description", "default", "examples",
        "deprecated", "readOnly", "writeOnly", "contentEncoding", "contentMediaType");

    /// <summary>Whether a keyword asserts nothing. Definitions are read where something refers to them.</summary>
    public static bool IsAnnotation(string keyword) => s_annotations.Contains(keyword) || keyword.StartsWith("x-", StringComparison.Ordinal);

    /// <summary>Whether a keyword restricts the value on the spot.</summary>
    /// <param name="keyword">The keyword.</param>
    /// <param name="about">The one type that it is about; none for those about all.</param>
    public static bool IsAssertion(string keyword, out JsonTypes about) => s_assertions.TryGetValue(keyword, out about);

    /// <summary>The type of a name; none for an unknown one.</summary>
    public static JsonTypes TypeOf(string? name) => s_types.GetValueOrDefault(name ?? "");
}
