using System.Text.Json.Nodes;

namespace LoopLM.StructuredOutput.Tests;

/// <summary>Schemas that the compiler enforces, made from a seed: every keyword, within each other, and references that recur.</summary>
internal static class RandomSchema
{
    private static readonly string[] s_names = ["a", "b", "ab", "naïve", "\"q\"", "日本", "a/b~", ""];
    private static readonly string[] s_patterns = ["^[a-z]{2,4}$", "^\\d+(-\\d+)*$", "x|y$", "^(?:foo|ba[rz])?\\t\\S$", "^(?!a)(?=.*\\d)\\w{1,200}$", "^[^a\"]*$", "\\\\w"];
    private static readonly string[] s_formats = ["date", "time", "date-time", "uuid", "ipv4", "ipv6", "duration", "email", "hostname", "uri"];

    public static JsonObject Create(int seed)
    {
        var random = new Random(seed);
        var root = Schema(random, 3);
        root["$defs"] = new JsonObject { ["one"] = Schema(random, 2), ["two"] = Schema(random, 1) };
        return root;
    }

    private static JsonObject Schema(Random random, int depth) => random.Next(depth > 0 ? 14 : 8) switch
    {
        0 => new() { ["type"] = "boolean" },
        1 => new() { ["type"] = new JsonArray("null", random.Next(2) == 0 ? "integer" : "string") },
        2 => new() { ["enum"] = new JsonArray(1, "one", "on", "on\n", null, new JsonArray(true, 1.5), new JsonObject { ["é"] = 0 }) },
        3 => new() { ["const"] = s_names[random.Next(s_names.Length)] },
        4 => Number(random),
        5 => new() { ["type"] = "string", ["pattern"] = s_patterns[random.Next(s_patterns.Length)] },
        6 => new() { ["type"] = "string", ["format"] = s_formats[random.Next(s_formats.Length)] },
        7 => Text(random),
        8 or 9 => List(random, depth),
        10 => new() { ["anyOf"] = new JsonArray(Schema(random, depth - 1), Schema(random, depth - 1)) },

        // A list may be empty, which is a way out of a reference that recurs.
        11 => new() { ["type"] = "array", ["items"] = new JsonObject { ["$ref"] = random.Next(2) == 0 ? "#/$defs/one" : "#/$defs/two" } },
        _ => Record(random, depth),
    };

    private static JsonObject Number(Random random)
    {
        var schema = new JsonObject { ["type"] = random.Next(2) == 0 ? "integer" : "number" };
        var (low, high) = (random.Next(-1500, 50), random.Next(60, 2000));
        if (random.Next(2) == 0)
        {
            schema[random.Next(2) == 0 ? "minimum" : "exclusiveMinimum"] = low;
        }

        if (random.Next(2) == 0)
        {
            schema[random.Next(2) == 0 ? "maximum" : "exclusiveMaximum"] = high;
        }

        return schema;
    }

    private static JsonObject Text(Random random)
    {
        var schema = new JsonObject { ["type"] = "string" };
        if (random.Next(2) == 0)
        {
            schema["minLength"] = random.Next(4);
        }

        if (random.Next(2) == 0)
        {
            schema["maxLength"] = random.Next(4, 9);
        }

        return schema;
    }

    private static JsonObject List(Random random, int depth)
    {
        var schema = new JsonObject { ["type"] = "array", ["items"] = Schema(random, depth - 1) };
        if (random.Next(2) == 0)
        {
            schema["minItems"] = random.Next(3);
            schema["maxItems"] = random.Next(3, 6);
        }

        return schema;
    }

    private static JsonObject Record(Random random, int depth)
    {
        var names = s_names.Where(_ => random.Next(3) == 0).ToList();
        var schema = new JsonObject
        {
            ["type"] = "object",
            ["properties"] = new JsonObject(names.Select(name => KeyValuePair.Create(name, (JsonNode?)Schema(random, depth - 1)))),
            ["required"] = new JsonArray([.. names.Where(_ => random.Next(2) == 0).Select(name => (JsonNode)name)]),
        };
        if (random.Next(2) == 0)
        {
            schema["additionalProperties"] = random.Next(3) switch { 0 => false, 1 => true, _ => new JsonObject { ["type"] = "integer" } };
        }

        return schema;
    }
}
