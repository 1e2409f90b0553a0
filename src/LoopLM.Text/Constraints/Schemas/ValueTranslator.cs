using System.Text.Json;
using LoopLM.Text.Constraints.Automata;

namespace LoopLM.Text.Constraints.Schemas;

/// <summary>Translates schemas of values that hold no other values.</summary>
/// <param name="context">What the schemas of one grammar share.</param>
internal sealed class ValueTranslator(TranslationContext context)
{
    private static readonly (string Keyword, Func<DecimalValue, bool, NumberRange> Make)[] s_bounds =
    [
        ("multipleOf", (step, _) => NumberRange.MultiplesOf(step)),
        ("exclusiveMaximum", (bound, _) => NumberRange.UpTo(bound, exclusive: true)),
        ("exclusiveMinimum", (bound, _) => NumberRange.From(bound, exclusive: true)),
        ("maximum", NumberRange.UpTo),
        ("minimum", NumberRange.From),
    ];

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
                texts.Add(Convert.ToHexString(context.Rules.Spell(value)));
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

    /// <summary>A number, or an integer.</summary>
    public int Number(SchemaLocation at, bool integers)
    {
        if (!TryReadRange(at, out var range, out var keyword))
        {
            return GrammarBuilder.Return;
        }

        return context.Numbers.TryRule(range, integers, out var problem) ?? context.Refuse(at, keyword, $"cannot be enforced: {problem}");
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

    // Exclusive bounds are numbers or, in draft 4, say whether the bound beside them is.
    private bool TryReadRange(SchemaLocation at, out NumberRange range, out string keyword)
    {
        range = NumberRange.OfFormat(TryReadText(at, "format", out var format) ? format : null);
        keyword = "format";
        foreach (var (name, make) in s_bounds)
        {
            if (at.TryGet(name, out var value) && value.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
            {
                keyword = name;
                if (DecimalValue.Read(value) is not { } bound || (name == "multipleOf" && bound.Sign <= 0))
                {
                    context.Refuse(at, name, name == "multipleOf" ? "has to be a number above 0" : "has to be a number between -1e400 and 1e400");
                    return false;
                }

                range = range.Intersect(make(bound, at.TryGet($"exclusive{char.ToUpperInvariant(name[0])}{name[1..]}", out var exclusive)
                    && exclusive.ValueKind == JsonValueKind.True));
            }
        }

        return context.Problem is null;
    }
}
