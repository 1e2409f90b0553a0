using System.Text;
using System.Text.Json;
using Json.Schema;
using LoopLM.Fuzz.Fuzzing;
using LoopLM.Server.Rest.Requests;
using LoopLM.StructuredOutput;
using LoopLM.StructuredOutput.Automata;
using LoopLM.StructuredOutput.Tests;

namespace LoopLM.Fuzz.Targets.Text;

/// <summary>
/// JSON schemas. Each is refused with a reason or compiled, in bounded work; what its grammar admits is JSON, and valid by a validator of
/// others where that reads the schema in the same way.
/// </summary>
internal sealed class SchemaTarget : FuzzTarget
{
    private const int TextsPerSchema = 3;

    private static readonly ConstraintLimits s_limits = new() { MaxPatternStates = 512, MaxInstructions = 1 << 14, MaxSubschemas = 512 };

    /// <summary>What the validator reads in another way, or what makes it remember a schema or look for another.</summary>
    private static readonly string[] s_unlike =
        ["$schema", "$id", "\"id\"", "$ref", "$recursive", "$anchor", "$dynamic", "$vocabulary", "attern", "definitions", "dependencies", "additionalItems", "\"exclusiveM", "\"format\"", "\"divisibleBy\"", "\"extends\"", "\"disallow\"", "\"required\":true", "nullable", "\\u"];

    /// <inheritdoc/>
    public override string Name => "schema";

    /// <inheritdoc/>
    public override int MaxInputBytes => 4 << 10;

    /// <inheritdoc/>
    public override long MaxAllocatedBytes => 256 << 20;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Dictionary { get; } =
    [
        "\"type\":\"object\"", "\"type\":\"array\"", "\"type\":\"string\"", "\"type\":\"integer\"", "\"type\":\"number\"", "\"type\":[\"null\",\"boolean\"]", "\"properties\":{", "\"required\":[\"a\"]", "\"additionalProperties\":false", "\"patternProperties\":{\"^x\":", "\"propertyNames\":",
        "\"minProperties\":", "\"maxProperties\":", "\"dependentRequired\":{\"a\":[\"b\"]}", "\"dependentSchemas\":", "\"unevaluatedProperties\":false", "\"items\":", "\"prefixItems\":[", "\"contains\":", "\"minContains\":", "\"maxContains\":", "\"minItems\":", "\"maxItems\":", "\"uniqueItems\":true", "\"unevaluatedItems\":false",
        "\"minLength\":", "\"maxLength\":", "\"pattern\":\"", "\"format\":\"date-time\"", "\"format\":\"uuid\"", "\"format\":\"email\"", "\"minimum\":", "\"maximum\":", "\"exclusiveMinimum\":", "\"exclusiveMaximum\":", "\"multipleOf\":", "\"enum\":[1,\"a\",null]", "\"const\":",
        "\"anyOf\":[", "\"oneOf\":[", "\"allOf\":[", "\"not\":", "\"if\":", "\"then\":", "\"else\":", "\"$ref\":\"#\"", "\"$ref\":\"#/$defs/a\"", "\"$defs\":{\"a\":", "\"$anchor\":\"a\"", "\"$dynamicRef\":\"#a\"", "\"definitions\":", "^a*$", "[a-z]{1,9}", "(a|b)+", "\\\\d", "\\\\p{L}", "(?=a)", "(?!a)", "{0,65536}", "{\"type\":\"integer\"}", "true", "false", "{}",
    ];

    /// <inheritdoc/>
    public override bool Check(byte[] input)
    {
        // What bodies may hold; the target of requests tries what they may not.
        if (!JsonBody.TryParse(input, out var document, out _))
        {
            return false;
        }

        using (document)
        {
            var grammar = GrammarCompiler.TryCompile(new TextForm.Json(document.RootElement), null, ByteSet.All, s_limits, CancellationToken.None, out var problem);
            if (grammar is null)
            {
                FuzzException.Require(problem!.ToString() is { Length: > 0 and < 4096 }, "messages are of bounded length", $"{problem.ToString().Length} chars");
                return false;
            }

            var validator = Validator(Encoding.UTF8.GetString(input));
            var random = new Random(input.Length);
            for (var i = 0; i < TextsPerSchema && GrammarSample.Write(grammar, random) is { } text; i++)
            {
                Check(text, validator);
            }

            return true;
        }
    }

    private static void Check(byte[] text, JsonSchema? validator)
    {
        var sample = Encoding.UTF8.GetString(text);
        JsonDocument value;
        try
        {
            value = JsonDocument.Parse(text, new() { MaxDepth = JsonBody.MaxDepth });
        }
        catch (JsonException exception)
        {
            throw new FuzzException("what a grammar admits is JSON", $"{sample}: {exception.Message}");
        }

        using (value)
        {
            if (validator is not null && !sample.Contains('e', StringComparison.OrdinalIgnoreCase))
            {
                FuzzException.Require(IsValid(validator, value.RootElement), "what a grammar admits is valid", sample);
            }
        }
    }

    private static bool IsValid(JsonSchema validator, JsonElement value)
    {
        try
        {
            return validator.Evaluate(value).IsValid;
        }
        catch (Exception exception) when (exception is not FuzzException)
        {
            // The validator does not know the schema.
            return true;
        }
    }

    private static JsonSchema? Validator(string schema)
    {
        try
        {
            return s_unlike.Any(word => schema.Contains(word, StringComparison.Ordinal)) ? null : JsonSchema.FromText(schema);
        }
        catch (Exception exception) when (exception is not FuzzException)
        {
            return null;
        }
    }
}
