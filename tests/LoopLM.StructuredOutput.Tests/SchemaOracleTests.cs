using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Json.Schema;
using LoopLM.Testing;

namespace LoopLM.StructuredOutput.Tests;

/// <summary>Compares grammars with a validator of others: schemas that apply together, exclude each other, or depend on each other.</summary>
public sealed class SchemaOracleTests
{
    private const int Schemas = 400;
    private const int TextsPerSchema = 6;

    /// <summary>What the validator reads in another way, or what makes it remember a schema or look for another.</summary>
    private static readonly Regex s_unlike = new("""draft-0|\"\$?id\"|\"\$anchor""", RegexOptions.Compiled);
    private static readonly Regex s_exponent = new("[0-9][eE]");
    private static readonly string[] s_values =
    [
        "null", "true", "0", "3", "-7", "2.5", "\"\"", "\"a\"", "\"abc\"", "[]", "[1]", "[\"a\",2]", "[3,3,3]", "{}", "{\"a\":1}", "{\"b\":\"abc\"}",
        "{\"a\":1,\"b\":2}", "{\"a\":\"a\",\"b\":true}", "{\"xa\":0}", "{\"a\":3,\"c\":[1]}", "{\"k\":\"a\",\"a\":3}", "{\"k\":\"b\"}",
    ];

    [Fact]
    public void TryCompile_RandomCompositions_AdmitOnlyWhatAValidatorAccepts()
    {
        var compiled = 0;
        for (var seed = 0; seed < Schemas; seed++)
        {
            var schema = RandomComposition.Create(seed).ToJsonString();
            if (Grammars.TryCompile(schema, out _) is { } grammar)
            {
                compiled++;
                var validator = JsonSchema.FromText(schema);
                var random = new Random(seed);
                for (var text = 0; text < TextsPerSchema; text++)
                {
                    Check(grammar, validator, random, schema);
                }
            }
        }

        Assert.InRange(compiled, Schemas / 2, Schemas);
    }

    [Fact]
    public void TryCompile_PublicSchemas_AdmitOnlyWhatAValidatorAccepts()
    {
        var compared = 0;
        foreach (var line in File.ReadLines(TestData.SharedOrSkip("schemas", "maskbench-sample.jsonl")))
        {
            using var document = JsonDocument.Parse(line, new() { MaxDepth = 512 });
            var schema = document.RootElement.GetProperty("schema").GetRawText();
            if (!s_unlike.IsMatch(schema) && Read(schema) is { } validator && Grammars.TryCompile(schema, out _) is { } grammar)
            {
                compared++;
                Check(grammar, validator, new Random(compared), schema);
            }
        }

        Assert.True(compared > 900, $"{compared} schemas were compared");
    }

    [Fact]
    public void TryCompile_RandomCompositionsWithTypes_TellValuesApartAsAValidatorDoes()
    {
        for (var seed = 0; seed < Schemas; seed++)
        {
            // Without a type fewer values are admitted than match.
            var composition = RandomComposition.Create(seed);
            composition["type"] = new JsonArray("object", "array", "string", "number", "boolean", "null");
            var schema = composition.ToJsonString();
            if (Grammars.TryCompile(schema, out _) is { } grammar)
            {
                var validator = JsonSchema.FromText(schema);
                foreach (var text in s_values)
                {
                    using var value = JsonDocument.Parse(text);
                    var isValid = validator.Evaluate(value.RootElement).IsValid;
                    Assert.True(isValid || !Grammars.Accepts(grammar, text), $"{text} is admitted by {schema}");
                    Assert.True(!isValid || value.RootElement.ValueKind is JsonValueKind.Object or JsonValueKind.Array || Grammars.Accepts(grammar, text), $"{text} is not admitted by {schema}");
                }
            }
        }
    }

    /// <summary>The validator's reading; null where it does not know a keyword.</summary>
    private static JsonSchema? Read(string schema)
    {
        try
        {
            return JsonSchema.FromText(schema);
        }
        catch (JsonSchemaException)
        {
            return null;
        }
    }

    /// <summary>A random walk through the grammar writes JSON that the validator accepts.</summary>
    private static void Check(TextGrammar grammar, JsonSchema validator, Random random, string schema)
    {
        // The validator reads no large exponents.
        if (GrammarSample.Write(grammar, random) is { } bytes && Encoding.UTF8.GetString(bytes) is var text && !s_exponent.IsMatch(text))
        {
            using var value = JsonDocument.Parse(text, new() { MaxDepth = 1000 });
            Assert.True(validator.Evaluate(value.RootElement).IsValid, $"{text} does not match {schema}");
        }
    }
}
