using System.Text.Json;
using LoopLM.Text.Constraints.Automata;
using LoopLM.Text.Constraints.Patterns;

namespace LoopLM.Text.Constraints.Schemas;

/// <summary>Translates schemas of values that hold no other values.</summary>
/// <param name="context">What the schemas of one grammar share.</param>
internal sealed class ValueTranslator(TranslationContext context)
{
    /// <summary>Values given word by word, of which those of other types are left out.</summary>
    public int Literals(SchemaLocation at, string keyword, JsonTypes? types, IEnumerable<JsonElement> values)
    {
        var texts = new HashSet<string>();
        foreach (var value in values)
        {
            if (++context.EnumValues > context.Limits.MaxEnumValues)
            {
                return context.Refuse(at, keyword, $"makes too many values; at most {context.Limits.MaxEnumValues} are allowed in a schema");
            }

            if (types is null || (types & TypesOf(value)) != JsonTypes.None)
            {
                texts.Add(Convert.ToHexString(LiteralTexts.Spell(value)));
            }
        }

        return texts.Count == 0
            ? context.Refuse(at, keyword, "has no value of the type that 'type' asks for")
            : LiteralTexts.Write(context.Builder, texts.Select(Convert.FromHexString), GrammarBuilder.Return);
    }

    public int Text(SchemaLocation at)
    {
        if (!TryReadCounts(at, "minLength", "maxLength", out var min, out var max))
        {
            return GrammarBuilder.Return;
        }

        if (!TryReadText(at, "pattern", out var pattern) || !TryReadText(at, "format", out var format))
        {
            return GrammarBuilder.Return;
        }

        IEnumerable<string> patterns = pattern is null ? [] : [pattern];
        IEnumerable<string> formats = format is null ? [] : [format];
        var keyword = pattern is not null ? "pattern" : format is not null ? "format" : "maxLength";
        return context.Strings.TryRead(patterns, formats, min, max, out var problem) is not { } language ? context.Refuse(at, keyword, problem!)
            : language.IsEmpty ? context.Refuse(at, keyword, "leaves no string that matches")
            : context.Strings.Rule(language);
    }

    public int Integer(SchemaLocation at)
    {
        if (!TryReadBounds(at, out var bounds))
        {
            return GrammarBuilder.Return;
        }

        if (bounds.IsOpen)
        {
            return context.Rules.Integer;
        }

        const decimal largest = NumberRange.Largest;
        var min = Math.Max(decimal.Ceiling(bounds.Min ?? -largest), -largest);
        var max = Math.Min(decimal.Floor(bounds.Max ?? largest), largest);
        min += bounds.AboveMin && min == bounds.Min ? 1 : 0;
        max -= bounds.BelowMax && max == bounds.Max ? 1 : 0;
        return Range(at, bounds, min <= max ? new NumberRange((long)min, (long)max).Integers() : null);
    }

    public int Number(SchemaLocation at)
    {
        if (!TryReadBounds(at, out var bounds))
        {
            return GrammarBuilder.Return;
        }

        if (bounds.IsOpen)
        {
            return context.Rules.Number;
        }

        foreach (var bound in new[] { bounds.Min, bounds.Max })
        {
            if (bound is { } value && (value != decimal.Truncate(value) || Math.Abs(value) > NumberRange.LargestDecimalBound))
            {
                return context.Refuse(
                    at, bounds.Keyword, $"is supported for type 'number' with integers up to {NumberRange.LargestDecimalBound}, and is {value}");
            }
        }

        var range = new NumberRange((long)(bounds.Min ?? -NumberRange.LargestWhole), (long)(bounds.Max ?? NumberRange.LargestWhole));
        return Range(at, bounds, range.Decimals(bounds.AboveMin, bounds.BelowMax));
    }

    /// <summary>Reads a lower and an upper count, each from 0.</summary>
    /// <returns>False where they are refused.</returns>
    public bool TryReadCounts(SchemaLocation at, string minKeyword, string maxKeyword, out int min, out int? max)
    {
        min = Count(at, minKeyword) ?? 0;
        max = Count(at, maxKeyword);
        if (max < min)
        {
            context.Refuse(at, minKeyword, $"exceeds '{maxKeyword}', so no value matches");
        }

        return context.Problem is null;
    }

    private static JsonTypes TypesOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => JsonTypes.Object,
        JsonValueKind.Array => JsonTypes.Array,
        JsonValueKind.String => JsonTypes.String,
        JsonValueKind.Number when value.TryGetDecimal(out var number) && number == decimal.Truncate(number) => JsonTypes.Integer | JsonTypes.Number,
        JsonValueKind.Number => JsonTypes.Number,
        JsonValueKind.True or JsonValueKind.False => JsonTypes.Boolean,
        _ => JsonTypes.Null,
    };

    private int? Count(SchemaLocation at, string keyword)
    {
        if (!at.TryGet(keyword, out var value))
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var count) && count >= 0 && count <= context.Limits.MaxCount)
        {
            return count;
        }

        context.Refuse(at, keyword, $"has to be an integer from 0 to {context.Limits.MaxCount}");
        return null;
    }

    // Null where the keyword is absent; false where its value is refused.
    private bool TryReadText(SchemaLocation at, string keyword, out string? text)
    {
        text = null;
        if (!at.TryGet(keyword, out var value))
        {
            return true;
        }

        if (value.ValueKind != JsonValueKind.String)
        {
            context.Refuse(at, keyword, "has to be a string");
            return false;
        }

        text = value.GetString();
        return true;
    }

    private int Range(SchemaLocation at, NumberBounds bounds, PatternNode? node)
    {
        string? problem = "no number lies between the bounds";
        return node is not null && context.Patterns.TryCompile(node, out problem) is { } automaton
            ? context.Rules.Raw(automaton, GrammarBuilder.Return)
            : context.Refuse(at, bounds.Keyword, $"cannot be enforced: {problem}");
    }

    private bool TryReadBounds(SchemaLocation at, out NumberBounds bounds)
    {
        var min = Bound(at, "minimum");
        var max = Bound(at, "maximum");
        var above = Bound(at, "exclusiveMinimum");
        var below = Bound(at, "exclusiveMaximum");
        bounds = new(
            above is null || min > above ? min : above,
            AboveMin: above is not null && !(min > above),
            below is null || max < below ? max : below,
            BelowMax: below is not null && !(max < below),
            Keyword: min is not null ? "minimum" : max is not null ? "maximum" : above is not null ? "exclusiveMinimum" : "exclusiveMaximum");
        return context.Problem is null;
    }

    private decimal? Bound(SchemaLocation at, string keyword)
    {
        if (!at.TryGet(keyword, out var value))
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out var bound))
        {
            return bound;
        }

        context.Refuse(at, keyword, "has to be a number of at most 28 digits");
        return null;
    }
}
