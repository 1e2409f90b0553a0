using System.Text.Json.Nodes;

namespace LoopLM.StructuredOutput.Tests;

/// <summary>Schemas made from a seed that put schemas together in every way: side by side, as alternatives, negated, under conditions.</summary>
internal static class RandomComposition
{
    private static readonly string[] s_names = ["a", "b", "c", "k"];
    private static readonly string[] s_types = ["object", "array", "string", "integer", "number", "boolean", "null"];

    public static JsonObject Create(int seed) => Schema(new Random(seed), 3);

    private static JsonObject Schema(Random random, int depth)
    {
        var schema = Leaf(random, depth);
        for (var keywords = random.Next(3); keywords > 0 && depth > 0; keywords--)
        {
            Compose(schema, random, depth - 1);
        }

        return schema;
    }

    private static void Compose(JsonObject schema, Random random, int depth)
    {
        switch (random.Next(6))
        {
            case 0:
                schema["allOf"] = Schemas(random, depth);
                break;
            case 1:
                schema["anyOf"] = Schemas(random, depth);
                break;
            case 2:
                schema["oneOf"] = Schemas(random, depth);
                break;
            case 3:
                schema["not"] = Schema(random, depth);
                break;
            case 4:
                schema["if"] = Schema(random, depth);
                schema[random.Next(2) == 0 ? "then" : "else"] = Schema(random, depth);
                break;
            default:
                schema["dependentRequired"] = new JsonObject { [Name(random)] = new JsonArray(Name(random)) };
                schema["dependentSchemas"] = new JsonObject { [Name(random)] = Schema(random, depth) };
                break;
        }
    }

    private static JsonObject Leaf(Random random, int depth) => random.Next(depth > 0 ? 12 : 7) switch
    {
        0 => new() { ["type"] = s_types[random.Next(s_types.Length)] },
        1 => new() { ["enum"] = new JsonArray(1, "a", null, new JsonArray(1), new JsonObject { ["a"] = 1 }) },
        2 => new() { ["const"] = random.Next(2) == 0 ? "a" : 3 },
        3 => new() { ["type"] = "number", ["minimum"] = random.Next(-8, 3), ["exclusiveMaximum"] = random.Next(2, 6) + 0.5 },
        4 => new() { ["type"] = "string", ["minLength"] = random.Next(2), ["maxLength"] = random.Next(2, 5) },
        5 => new() { ["required"] = new JsonArray(Name(random)) },
        6 => new() { ["type"] = "string", ["pattern"] = random.Next(2) == 0 ? "^a" : "b$" },
        7 => new() { ["type"] = "array", ["items"] = Schema(random, depth - 1), ["minItems"] = random.Next(2), ["maxItems"] = random.Next(1, 4) },
        8 => new() { ["type"] = "array", ["prefixItems"] = Schemas(random, depth - 1), ["contains"] = Schema(random, depth - 1) },
        9 => new() { ["type"] = "object", ["patternProperties"] = new JsonObject { ["^x"] = Schema(random, depth - 1) }, ["minProperties"] = random.Next(2) },
        10 => new() { ["type"] = "object", ["propertyNames"] = new JsonObject { ["maxLength"] = 2 }, ["maxProperties"] = random.Next(1, 4) },
        _ => Record(random, depth - 1),
    };

    private static JsonObject Record(Random random, int depth)
    {
        var schema = new JsonObject
        {
            ["type"] = "object",
            ["properties"] = new JsonObject { [Name(random)] = Schema(random, depth), ["k"] = new JsonObject { ["enum"] = new JsonArray("a", "b") } },
            ["required"] = random.Next(2) == 0 ? new JsonArray("k") : new JsonArray(Name(random)),
        };
        if (random.Next(2) == 0)
        {
            schema["additionalProperties"] = random.Next(2) == 0 ? false : Schema(random, depth);
        }

        return schema;
    }

    private static JsonArray Schemas(Random random, int depth) => new(Schema(random, depth), Schema(random, depth));

    private static string Name(Random random) => s_names[random.Next(s_names.Length - 1)];
}
