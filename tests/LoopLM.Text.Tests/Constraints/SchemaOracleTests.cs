using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Json.Schema;
using LoopLM.Text.Constraints;
using LoopLM.Text.Constraints.Automata;

namespace LoopLM.Text.Tests.Constraints;

/// <summary>Compares grammars with a validator of others: schemas that apply together, exclude each other, or depend on each other.</summary>
public sealed class SchemaOracleTests
{
    private const int Schemas = 400;
    private const int TextsPerSchema = 6;
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
                for (var text = 0; text < TextsPerSchema; text++)
                {
                    // The validator reads no large exponents.
                    var sample = Sample(grammar, new Random((seed * 100) + text));
                    if (s_exponent.IsMatch(sample))
                    {
                        continue;
                    }

                    using var value = JsonDocument.Parse(sample);
                    Assert.True(validator.Evaluate(value.RootElement).IsValid, $"{sample} does not match {schema}");
                }
            }
        }

        Assert.InRange(compiled, Schemas / 2, Schemas);
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

    // A text of the grammar: any way at first, then the shortest.
    private static string Sample(TextGrammar grammar, Random random)
    {
        var (automaton, text) = (new LazyAutomaton(grammar), new List<byte>());
        var state = automaton.Start;
        while (!automaton.Accepts(state) || (text.Count < 30 && automaton.CanContinue(state) && random.Next(3) > 0))
        {
            state = automaton.Trim(state);
            var next = Enumerable.Range(' ', 95).Select(value => (Value: (byte)value, State: automaton.Step(state, (byte)value))).Where(step => step.State != LazyAutomaton.Dead).ToList();
            var left = automaton.BytesToEnd(state);
            var choices = text.Count < 30 ? next : next.Where(step => automaton.BytesToEnd(step.State) < left).ToList();
            var (value, reached) = choices[random.Next(choices.Count)];
            text.Add(value);
            state = reached;
        }

        return Encoding.UTF8.GetString([.. text]);
    }
}
