using System.Text.Json;
using LoopLM.StructuredOutput.Automata;

namespace LoopLM.StructuredOutput.Schemas;

/// <summary>Writes arrays.</summary>
/// <param name="expander">Says which values items can be.</param>
/// <param name="ruleOf">The rule of a value.</param>
/// <param name="context">What the schemas of one grammar share.</param>
internal sealed class ArrayTranslator(SchemaExpander expander, Func<IReadOnlyList<Demand>, int> ruleOf, TranslationContext context)
{
    // Different values in any order take two to their number of places.
    private const int MaxUniqueValues = 8;
    private const int MaxPlaces = 1 << 12;

    private readonly GrammarBuilder _builder = context.Builder;

    /// <summary>The place where an array begins.</summary>
    public int Translate(ArrayAssertions arrays, SchemaLocation at)
    {
        var isUnique = arrays.IsUnique && !(arrays.Max <= 1);
        var (prefix, rest) = (arrays.PrefixLength, arrays.Item(arrays.PrefixLength));
        if (isUnique && prefix == 0 && arrays.Inclusions.Count == 0 && Values(rest) is { } values)
        {
            return _builder.Literal("["u8, Unique(values, arrays, 0, 0, []));
        }

        if (isUnique)
        {
            return context.Refuse(at, "uniqueItems", $"is supported where the items are at most {MaxUniqueValues} values, given with 'enum', or where there is at most one");
        }

        return arrays.Inclusions.Count > 0 ? Including(arrays, at)
            : prefix == 0 ? context.Rules.Array(arrays.Max == 0 ? context.Rules.AnyValue : ruleOf(rest), arrays.Min, arrays.Max)
            : _builder.Literal("["u8, Listed(arrays, prefix, 0));
    }

    private int Listed(ArrayAssertions arrays, int prefix, int index)
    {
        var close = _builder.Literal("]"u8, GrammarBuilder.Return);
        if (index == arrays.Max)
        {
            return close;
        }

        if (index == prefix)
        {
            var item = ruleOf(arrays.Item(index));
            return _builder.Repeat(Math.Max(arrays.Min - index, 0), arrays.Max - index, next => context.Rules.Comma(_builder.Call(item, next)), close);
        }

        var more = Next(index, ruleOf(arrays.Item(index)), Listed(arrays, prefix, index + 1));
        return index < arrays.Min ? more : _builder.Choice(more, close);
    }

    private int Next(int index, int item, int next) => index == 0 ? _builder.Call(item, next) : context.Rules.Comma(_builder.Call(item, next));

    // Any order of different values: a place knows which were written.
    private int Unique(List<JsonElement> values, ArrayAssertions arrays, int written, int count, Dictionary<int, int> places)
    {
        if (places.TryGetValue(written, out var place))
        {
            return place;
        }

        var choices = new List<int>();
        for (var i = 0; i < values.Count && count != arrays.Max; i++)
        {
            if ((written & (1 << i)) == 0)
            {
                var literal = context.Rules.Constant(values[i], Unique(values, arrays, written | (1 << i), count + 1, places));
                choices.Add(count == 0 ? literal : context.Rules.Comma(literal));
            }
        }

        if (count >= arrays.Min)
        {
            choices.Add(_builder.Literal("]"u8, GrammarBuilder.Return));
        }

        place = _builder.Choice([.. choices]);
        places.Add(written, place);
        return place;
    }

    // The few values that items can be; null where there are too many.
    private List<JsonElement>? Values(IReadOnlyList<Demand> demands)
    {
        var values = new List<JsonElement>();
        foreach (var way in demands.Count == 0 ? [] : expander.Expand(demands).Alternatives)
        {
            if (way.Values is null || way.Obstacle is not null)
            {
                return null;
            }

            values.AddRange(way.Values.Where(value => !values.Any(other => JsonElement.DeepEquals(value, other))));
        }

        return values.Count is > 0 and <= MaxUniqueValues ? values : null;
    }

    // A place knows how many items stand before it, and how many of them match each schema of 'contains', as far as that matters.
    private int Including(ArrayAssertions arrays, SchemaLocation at)
    {
        var inclusions = arrays.Inclusions;
        var counted = Math.Max(Math.Max(arrays.PrefixLength, 1), Math.Max(arrays.Min, arrays.Max ?? 0));
        var limits = inclusions.ConvertAll(inclusion => Math.Max(inclusion.Min, inclusion.Max ?? 0));
        if (limits.Aggregate((double)counted + 1, (product, limit) => product * (limit + 1)) > MaxPlaces || inclusions.Count > 4)
        {
            return context.Refuse(at, "contains", "takes too large a grammar beside so many items");
        }

        var places = new Dictionary<string, int>();
        return _builder.Literal("["u8, Place(0, [.. limits.Select(_ => 0)]));

        int Place(int index, int[] matched)
        {
            var key = $"{index} {string.Join(' ', matched)}";
            if (places.TryGetValue(key, out var place))
            {
                return place;
            }

            place = _builder.Reserve();
            places.Add(key, place);
            var choices = new List<int>();
            for (var chosen = 0; chosen < 1 << inclusions.Count && index != arrays.Max; chosen++)
            {
                if (After(index, matched, chosen) is var (demands, after))
                {
                    choices.Add(Next(index, ruleOf(demands), Place(Math.Min(index + 1, counted), after)));
                }
            }

            if (index >= arrays.Min && inclusions.Index().All(inclusion => matched[inclusion.Index] >= inclusion.Item.Min))
            {
                choices.Add(_builder.Literal("]"u8, GrammarBuilder.Return));
            }

            _builder.Define(place, _builder.Choice([.. choices]));
            return place;
        }

        // What the next item has to match so that it counts for the chosen schemas; null where it may not.
        (IReadOnlyList<Demand> Demands, int[] After)? After(int index, int[] matched, int chosen)
        {
            var demands = arrays.Item(index).ToList();
            var after = matched.ToArray();
            foreach (var (i, inclusion) in inclusions.Index())
            {
                var isChosen = (chosen & (1 << i)) != 0;
                if (isChosen && (index < inclusion.From || matched[i] == inclusion.Max))
                {
                    return null;
                }

                if (isChosen)
                {
                    demands.Add(inclusion.Item);
                    after[i] = Math.Min(matched[i] + 1, limits[i]);
                }
                else if (inclusion.Max is not null && index >= inclusion.From)
                {
                    demands.Add(inclusion.Opposite);
                }
            }

            return expander.IsEmpty(demands) ? null : (demands, after);
        }
    }
}
