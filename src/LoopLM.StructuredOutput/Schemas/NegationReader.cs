using System.Text.Json;

namespace LoopLM.StructuredOutput.Schemas;

/// <summary>Reads what it takes that a schema does not match: one of its keywords fails. Every way for that is a choice.</summary>
/// <param name="values">Reads the values of keywords.</param>
/// <param name="references">Follows references.</param>
/// <param name="assertions">Reads the keywords as they are.</param>
/// <param name="isEmpty">Whether no value matches some demands, as far as that is known.</param>
/// <param name="context">What the schemas of one grammar share.</param>
internal sealed class NegationReader(
    KeywordValues values, SchemaReferences references, AssertionReader assertions, Func<IReadOnlyList<Demand>, bool> isEmpty, TranslationContext context)
{
    private static readonly string[] s_undecided = ["propertyNames", "unevaluatedProperties"];

    /// <summary>Adds the ways in which a schema fails to a conjunction.</summary>
    public void Read(Demand demand, Conjunction into)
    {
        var opposite = demand.Alone with { IsNegated = false };
        into.Branches.Enqueue(known => isEmpty([.. known.Facts, opposite]) ? [_ => { }] : Ways(demand));
    }

    private IReadOnlyList<Action<Conjunction>> Ways(Demand demand)
    {
        var at = demand.At;
        IReadOnlyList<Action<Conjunction>> ways = references.Dialect.IgnoresBesideReference && at.TryGet("$ref", out _)
            ? [.. References(demand)]
            : [.. Values(at), .. Strings(at), .. Numbers(at), .. Arrays(at), .. Objects(demand), .. References(demand), .. Members(demand)];
        return ways.Count > 0 ? ways : [conjunction => conjunction.Contradict(at, null, "every value matches it, so its opposite matches none")];
    }

    private IEnumerable<Action<Conjunction>> Values(SchemaLocation at)
    {
        if (values.Types(at) is { } types)
        {
            yield return conjunction => conjunction.Restrict(~types);
        }

        IReadOnlyList<JsonElement> constants = at.TryGet("const", out var constant) ? [constant] : [];
        foreach (var list in new[] { constants, values.Enum(at) ?? [] }.Where(list => list.Count > 0))
        {
            foreach (var way in NoneOf(at, list))
            {
                yield return way;
            }
        }
    }

    // Texts and words are left out. Numbers are between those that are left out, which makes several ways.
    private static IEnumerable<Action<Conjunction>> NoneOf(SchemaLocation at, IReadOnlyList<JsonElement> list)
    {
        var words = list.Aggregate(JsonTypes.None, (types, value) => types | value.ValueKind switch
        {
            JsonValueKind.True => JsonTypes.True,
            JsonValueKind.False => JsonTypes.False,
            JsonValueKind.Null => JsonTypes.Null,
            _ => JsonTypes.None,
        });
        var texts = list.Where(value => value.ValueKind == JsonValueKind.String).Select(value => value.GetString()!).ToList();
        var numbers = list.Where(value => value.ValueKind == JsonValueKind.Number).ToList();
        var others = list.Where(value => value.ValueKind is JsonValueKind.Object or JsonValueKind.Array).ToList();
        Action<Conjunction> exclude = conjunction =>
        {
            conjunction.Restrict(~words);
            conjunction.Strings = conjunction.Strings with { ExcludedTexts = conjunction.Strings.ExcludedTexts.AddRange(texts) };
            conjunction.Excluded = conjunction.Excluded.AddRange(others);
        };
        if (numbers.Count == 0)
        {
            yield return exclude;
            yield break;
        }

        yield return exclude + (conjunction => conjunction.Restrict(~JsonTypes.Number));
        var known = numbers.Select(DecimalValue.Read).OfType<DecimalValue>().Distinct().Order().ToList();
        for (var i = 0; i <= known.Count; i++)
        {
            var range = (i == 0 ? NumberRange.All : NumberRange.From(known[i - 1], exclusive: true))
                .Intersect(i == known.Count ? NumberRange.All : NumberRange.UpTo(known[i], exclusive: true));
            yield return conjunction =>
            {
                conjunction.Restrict(JsonTypes.Number);
                conjunction.Numbers = conjunction.Numbers.Within(range, at);
            };
        }
    }

    // A format is an annotation to some validators and an assertion to others, so nothing counts as failing it.
    private IEnumerable<Action<Conjunction>> Strings(SchemaLocation at)
    {
        if (values.Count(at, "minLength") is > 0 and { } min)
        {
            yield return Of(JsonTypes.String, conjunction =>
                conjunction.Strings = conjunction.Strings with { Max = Math.Min(min - 1, conjunction.Strings.Max ?? int.MaxValue) });
        }

        if (values.Count(at, "maxLength") is { } max)
        {
            yield return Of(JsonTypes.String, conjunction => conjunction.Strings = conjunction.Strings with { Min = Math.Max(max + 1, conjunction.Strings.Min) });
        }

        if (values.Text(at, "pattern") is { } pattern)
        {
            yield return Of(JsonTypes.String, conjunction =>
                conjunction.Strings = conjunction.Strings with { ExcludedPatterns = conjunction.Strings.ExcludedPatterns.Add(pattern) });
        }
    }

    private IEnumerable<Action<Conjunction>> Numbers(SchemaLocation at)
    {
        foreach (var (_, rest) in assertions.Bounds(at))
        {
            yield return Of(JsonTypes.Number, conjunction => conjunction.Numbers = conjunction.Numbers.Within(rest, at));
        }

        if (assertions.Step(at) is { } step)
        {
            yield return Of(JsonTypes.Number, conjunction =>
                conjunction.Numbers = conjunction.Numbers with { NotMultiplesOf = conjunction.Numbers.NotMultiplesOf.Add(step), At = at });
        }
    }

    private IEnumerable<Action<Conjunction>> Arrays(SchemaLocation at)
    {
        if (values.Count(at, "minItems") is > 0 and { } min)
        {
            yield return Arrays(arrays => arrays with { Max = Math.Min(min - 1, arrays.Max ?? int.MaxValue) });
        }

        if (values.Count(at, "maxItems") is { } max)
        {
            yield return Arrays(arrays => arrays with { Min = Math.Max(max + 1, arrays.Min) });
        }

        if (values.Flag(at, "uniqueItems"))
        {
            yield return Of(JsonTypes.Array, conjunction => conjunction.Obstruct(JsonTypes.Array, at, "uniqueItems", "cannot be enforced where it has to fail"));
        }

        if (assertions.Items(at) is { } group)
        {
            for (var i = 0; i < group.Prefix.Count; i++)
            {
                IReadOnlyList<Demand?> prefix = [.. Enumerable.Repeat<Demand?>(null, i), group.Prefix[i]! with { IsNegated = true }];
                yield return Arrays(arrays => arrays with { Min = Math.Max(prefix.Count, arrays.Min), Groups = arrays.Groups.Add(new(prefix, null)) });
            }

            if (group.Rest is { } rest)
            {
                yield return Arrays(arrays => arrays with { Inclusions = arrays.Inclusions.Add(new(rest with { IsNegated = true }, rest, 1, null, group.Prefix.Count)) });
            }
        }

        if (assertions.Inclusion(at) is { } inclusion)
        {
            if (inclusion.Min > 0)
            {
                yield return Arrays(arrays => arrays with { Inclusions = arrays.Inclusions.Add(inclusion with { Min = 0, Max = inclusion.Min - 1 }) });
            }

            if (inclusion.Max is { } most)
            {
                yield return Arrays(arrays => arrays with { Inclusions = arrays.Inclusions.Add(inclusion with { Min = most + 1, Max = null }) });
            }
        }
    }

    private IEnumerable<Action<Conjunction>> Objects(Demand demand)
    {
        var at = demand.At;
        foreach (var name in at.TryGet("required", out var required) ? values.Names(at, "required", required) : [])
        {
            yield return Objects(objects => objects with { Forbidden = objects.Forbidden.Add(name) });
        }

        if (values.Count(at, "minProperties") is > 0 and { } min)
        {
            yield return Objects(objects => objects with { Max = Math.Min(min - 1, objects.Max ?? int.MaxValue) });
        }

        if (values.Count(at, "maxProperties") is { } max)
        {
            yield return Objects(objects => objects with { Min = Math.Max(max + 1, objects.Min) });
        }

        if (assertions.Members(demand) is { } group)
        {
            foreach (var (name, value) in group.Properties)
            {
                yield return Objects(objects => objects.Require([name]) with { Named = objects.Named.Add((name, value with { IsNegated = true })) });
            }

            foreach (var (pattern, value) in group.Patterns)
            {
                yield return Objects(objects => objects with { Witnesses = objects.Witnesses.Add((group, pattern, value with { IsNegated = true })) });
            }

            if (group.Others is { } others)
            {
                yield return Objects(objects => objects with { Witnesses = objects.Witnesses.Add((group, null, others with { IsNegated = true })) });
            }
        }

        foreach (var keyword in s_undecided.Where(keyword => at.TryGet(keyword, out _)))
        {
            yield return Of(JsonTypes.Object, conjunction => conjunction.Obstruct(JsonTypes.Object, at, keyword, "cannot be enforced where it has to fail"));
        }
    }

    private IEnumerable<Action<Conjunction>> References(Demand demand)
    {
        foreach (var keyword in SchemaReferences.Keywords.Where(keyword => demand.At.TryGet(keyword, out _)))
        {
            if (references.Resolve(demand.At, keyword, out var reason) is { } target)
            {
                yield return Fails(demand, values.Demand(target));
            }
            else
            {
                context.Refuse(demand.At, keyword, reason);
            }
        }
    }

    private IEnumerable<Action<Conjunction>> Members(Demand demand)
    {
        var at = demand.At;
        foreach (var member in values.Schemas(at, "allOf"))
        {
            yield return Fails(demand, member);
        }

        if (values.Schemas(at, "anyOf") is { Count: > 0 } any)
        {
            yield return Fails(demand, any);
        }

        if (values.Schemas(at, "oneOf") is { Count: > 0 } one)
        {
            yield return Fails(demand, one);
            foreach (var (index, first) in one.Index())
            {
                foreach (var second in one.Skip(index + 1))
                {
                    yield return AssertionReader.Ask(demand, first, second);
                }
            }
        }

        if (values.Schema(at, "not") is { } not)
        {
            yield return AssertionReader.Ask(demand, not);
        }

        if (values.Schema(at, "if") is { } condition)
        {
            if (values.Schema(at, "then") is { } then)
            {
                yield return AssertionReader.Ask(demand, condition, then with { IsNegated = true });
            }

            if (values.Schema(at, "else") is { } otherwise)
            {
                yield return Fails(demand, condition, otherwise);
            }
        }

        foreach (var (name, required, schema) in assertions.Dependencies(at))
        {
            foreach (var missing in required)
            {
                yield return Objects(objects => objects.Require([name]) with { Forbidden = objects.Forbidden.Add(missing) });
            }

            if (schema is not null)
            {
                yield return Objects(objects => objects.Require([name])) + Fails(demand, schema);
            }
        }
    }

    private static Action<Conjunction> Fails(Demand cause, params IReadOnlyList<Demand> demands) =>
        AssertionReader.Ask(cause, [.. demands.Select(demand => demand with { IsNegated = true })]);

    private static Action<Conjunction> Of(JsonTypes types, Action<Conjunction> action) => (conjunction => conjunction.Restrict(types)) + action;

    private static Action<Conjunction> Arrays(Func<ArrayAssertions, ArrayAssertions> change) =>
        Of(JsonTypes.Array, conjunction => conjunction.Arrays = change(conjunction.Arrays));

    private static Action<Conjunction> Objects(Func<ObjectAssertions, ObjectAssertions> change) =>
        Of(JsonTypes.Object, conjunction => conjunction.Objects = change(conjunction.Objects));
}
