using System.Text.Json;
using LoopLM.StructuredOutput.Schemas;

namespace LoopLM.StructuredOutput.Calls;

/// <summary>The parameters that the schema of a function's arguments lists, for formats that write them one by one.</summary>
internal static class ParameterList
{
    // What restricts an object in ways that a list of parameters does not show.
    private static readonly string[] s_unlisted =
    [
        "$ref", "$dynamicRef", "$recursiveRef", "allOf", "anyOf", "oneOf", "not", "if", "enum", "const", "minProperties", "maxProperties",
        "patternProperties", "propertyNames", "dependencies", "dependentRequired", "dependentSchemas",
    ];

    private static readonly string[] s_listing =
    [
        .. s_unlisted.Except(["$ref"]), "properties", "required", "additionalProperties", "unevaluatedProperties",
    ];

    /// <summary>Whether a function takes no arguments: its schema is missing, or restricts nothing and names nothing.</summary>
    public static bool IsEmpty(JsonElement? schema) =>
        schema is null or { ValueKind: JsonValueKind.Null or JsonValueKind.True }
        || (schema is { ValueKind: JsonValueKind.Object } given && given.EnumerateObject().All(keyword => keyword.Name switch
        {
            "type" => keyword.Value.ValueKind == JsonValueKind.Array ? keyword.Value.EnumerateArray().Any(IsObject) : IsObject(keyword.Value),
            "properties" => keyword.Value.ValueKind == JsonValueKind.Object && !keyword.Value.EnumerateObject().Any(),
            "required" => keyword.Value.ValueKind == JsonValueKind.Array && keyword.Value.GetArrayLength() == 0,
            "additionalProperties" => keyword.Value.ValueKind == JsonValueKind.False,
            _ => !s_unlisted.Contains(keyword.Name),
        }));

    private static bool IsObject(JsonElement type) => type.ValueKind == JsonValueKind.String && type.ValueEquals("object");

    /// <summary>The schema that lists the parameters: what a root refers to that says nothing itself, else the root.</summary>
    public static SchemaLocation Root(SchemaLocation document, SchemaReferences references) =>
        s_listing.Any(keyword => document.TryGet(keyword, out _)) ? document : ParameterText.Follow(document, references);

    /// <summary>The properties that a schema names.</summary>
    public static IEnumerable<(string Name, SchemaLocation At)> Find(SchemaLocation schema) =>
        schema.TryGet("properties", out var properties) && properties.ValueKind == JsonValueKind.Object
            ? properties.EnumerateObject().Select(property => (property.Name, schema.Child("properties", property.Name, property.Value)))
            : [];

    /// <summary>Lists the parameters in the schema's order; others are left out.</summary>
    /// <param name="schema">The schema of the arguments.</param>
    /// <param name="context">Takes a problem.</param>
    public static IReadOnlyList<(string Name, SchemaLocation At, bool IsRequired)> Read(SchemaLocation schema, TranslationContext context)
    {
        foreach (var keyword in schema.Schema.ValueKind == JsonValueKind.Object ? s_unlisted : [])
        {
            if (schema.TryGet(keyword, out _))
            {
                context.Refuse(
                    schema, keyword, "is not supported here: the model's format of calls lists parameters, which the schema has to do in 'properties'");
                return [];
            }
        }

        var listed = Find(schema).ToList();
        var required = new HashSet<string>();
        if (schema.TryGet("required", out var names) && names.ValueKind == JsonValueKind.Array)
        {
            required = [.. names.EnumerateArray().Where(name => name.ValueKind == JsonValueKind.String).Select(name => name.GetString()!)];
        }

        if (required.Except(listed.Select(parameter => parameter.Name)).FirstOrDefault() is not null)
        {
            context.Refuse(schema, "required", "has to name parameters that 'properties' lists");
        }

        return listed.ConvertAll(parameter => (parameter.Name, parameter.At, required.Contains(parameter.Name)));
    }
}
