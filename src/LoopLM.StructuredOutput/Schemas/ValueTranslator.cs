using System.Text.Json;
using LoopLM.StructuredOutput.Automata;

namespace LoopLM.StructuredOutput.Schemas;

/// <summary>Writes values that hold no other values.</summary>
/// <param name="context">What the schemas of one grammar share.</param>
internal sealed class ValueTranslator(TranslationContext context)
{
    /// <summary>Values given word by word.</summary>
    public int Literals(SchemaLocation at, string keyword, IReadOnlyList<JsonElement> values)
    {
        context.EnumValues += values.Count;
        return context.EnumValues > context.Limits.MaxEnumValues
            ? context.Refuse(at, keyword, $"makes too many values; at most {context.Limits.MaxEnumValues} are allowed in a schema")
            : context.Builder.Choice([.. Literals(values)]);
    }

    /// <summary>Numbers of some types, which are among <see cref="JsonTypes.Number"/>.</summary>
    public int Number(NumberAssertions numbers, JsonTypes types, SchemaLocation at) =>
        numbers.NotMultiplesOf.Count > 0 ? context.Refuse(at, "multipleOf", "cannot be enforced where it has to fail")
        : context.Numbers.TryRule(numbers.Range, types, out var problem)
            ?? context.Refuse(at, SchemaKeywords.Numbers.FirstOrDefault(keyword => at.TryGet(keyword, out _)), $"cannot be enforced: {problem}");

    // Words and numbers share their beginnings. Arrays and objects are written like any other, with room for spaces.
    private IEnumerable<int> Literals(IReadOnlyList<JsonElement> values)
    {
        var texts = values.Where(value => value.ValueKind is not (JsonValueKind.Array or JsonValueKind.Object)).ToList();
        if (texts.Count > 0)
        {
            yield return LiteralTexts.Write(context.Builder, texts.SelectMany(context.Rules.Spellings), GrammarBuilder.Return);
        }

        foreach (var value in values.Where(value => value.ValueKind is JsonValueKind.Array or JsonValueKind.Object))
        {
            yield return context.Rules.Constant(value, GrammarBuilder.Return);
        }
    }
}
