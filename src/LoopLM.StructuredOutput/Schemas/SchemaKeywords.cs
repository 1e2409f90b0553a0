using System.Collections.Frozen;

namespace LoopLM.StructuredOutput.Schemas;

/// <summary>What is known of keywords. One that is not known here is an annotation, as the standard has it (2020-12 core, section 6.5).</summary>
internal static class SchemaKeywords
{
    /// <summary>The keywords about numbers.</summary>
    public static readonly IReadOnlyList<string> Numbers = ["minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum", "multipleOf", "format"];

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

    // Keywords that restrict values, of drafts that are not followed, with what takes their place.
    private static readonly FrozenDictionary<string, string> s_refused = new Dictionary<string, string>
    {
        ["extends"] = "'allOf'",
        ["disallow"] = "'not'",
        ["divisibleBy"] = "'multipleOf'",
        ["unevaluatedItems"] = "'items'",
    }.ToFrozenDictionary();

    /// <summary>The names of types, for messages.</summary>
    public static string TypeNames => "'object', 'array', 'string', 'integer', 'number', 'boolean' or 'null'";

    /// <summary>The type of a name; none for an unknown one.</summary>
    public static JsonTypes TypeOf(string? name) => s_types.GetValueOrDefault(name ?? "");

    /// <summary>What to write in place of a keyword that restricts values and is not supported; null for one that is fine.</summary>
    public static string? Replacement(string keyword) => s_refused.GetValueOrDefault(keyword);
}
