using System.Text.Json;

namespace LoopLM.StructuredOutput.Schemas;

/// <summary>Reads what a schema asks of a value that has to match it.</summary>
/// <param name="values">Reads the values of keywords.</param>
/// <param name="references">Follows references.</param>
/// <param name="context">What the schemas of one grammar share.</param>
internal sealed class AssertionReader(KeywordValues values, SchemaReferences references, TranslationContext context)
{
    /// <summary>Adds what a schema says to a conjunction.</summary>
    public void Read(Demand demand, Conjunction into)
    {
        var at = demand.At;
        if (references.Dialect.IgnoresBesideReference && at.TryGet("$ref", out _))
        {
            Follow(demand, "$ref", into);
            return;
        }

        var choices = into.Branches.Count;
        ReadValues(at, into);
        ReadStrings(at, into);
        ReadNumbers(at, into);
        ReadArrays(at, into);
        ReadObjects(demand, into);
        ReadDependencies(demand, into);
        ReadAlternatives(demand, into);

        // What is pushed last is read first: references, then members, in the order of the schema.
        var pending = into.Pending.Count;
        if (at.TryGet("not", out var not))
        {
            into.Pending.Push(values.Demand(at.Child("not", not)) with { IsNegated = true, Cause = demand });
        }

        foreach (var member in values.Schemas(at, "allOf").Reverse())
        {
            into.Pending.Push(member with { Cause = demand, IsPart = true });
        }

        foreach (var keyword in SchemaReferences.Keywords.Where(keyword => at.TryGet(keyword, out _)))
        {
            Follow(demand, keyword, into);
        }

        if (into.Branches.Count == choices && into.Pending.Count == pending)
        {
            into.Facts = into.Facts.Add(demand.Alone);
        }
    }

    private void Follow(Demand demand, string keyword, Conjunction into)
    {
        if (references.Resolve(demand.At, keyword, out var reason) is { } target)
        {
            into.Pending.Push(values.Demand(target) with { Cause = demand });
        }
        else
        {
            context.Refuse(demand.At, keyword, reason);
        }
    }

    private void ReadValues(SchemaLocation at, Conjunction into)
    {
        if (values.Types(at) is { } types)
        {
            into.Restrict(types);
        }

        if (at.TryGet("const", out var constant))
        {
            into.Restrict([constant], at, "const");
        }

        if (values.Enum(at) is { } options)
        {
            into.Restrict(options, at, "enum");
        }
    }

    private void ReadStrings(SchemaLocation at, Conjunction into)
    {
        var (min, max) = (values.Count(at, "minLength"), values.Count(at, "maxLength"));
        var strings = into.Strings;
        if (min > strings.Min)
        {
            strings = strings with { Min = min.Value };
        }

        if (max is not null)
        {
            strings = strings with { Max = Math.Min(max.Value, strings.Max ?? int.MaxValue) };
        }

        if (values.Text(at, "pattern") is { } pattern && !strings.Patterns.Contains(pattern))
        {
            strings = strings with { Patterns = strings.Patterns.Add(pattern) };
        }

        if (values.Text(at, "format") is { } format)
        {
            strings = StringFormats.Find(format, wide: false) is null || strings.Formats.Contains(format)
                ? strings : strings with { Formats = strings.Formats.Add(format) };
            into.Numbers = NumberRange.OfFormat(format) is { IsAll: false } range ? into.Numbers.Within(range, at) : into.Numbers;
        }

        into.Strings = ReferenceEquals(strings, into.Strings) ? strings : strings with { At = at };
        if (strings.Max < strings.Min)
        {
            into.Drop(JsonTypes.String, new(at, "minLength", "exceeds 'maxLength', so no string matches"));
        }
    }

    private void ReadNumbers(SchemaLocation at, Conjunction into)
    {
        foreach (var (range, _) in Bounds(at))
        {
            into.Numbers = into.Numbers.Within(range, at);
        }

        if (Step(at) is { } step)
        {
            into.Numbers = into.Numbers.Within(NumberRange.MultiplesOf(step), at);
        }

        if (into.Numbers.Range.IsEmpty)
        {
            into.Drop(JsonTypes.Number, new(at, SchemaKeywords.Numbers.FirstOrDefault(keyword => at.TryGet(keyword, out _)), "leaves no number between the bounds"));
        }
    }

    /// <summary>The bounds of numbers, and what they leave out. In draft 4 the exclusive keywords are true or false, and say so of the others.</summary>
    public IEnumerable<(NumberRange Range, NumberRange Outside)> Bounds(SchemaLocation at)
    {
        foreach (var (keyword, exclusive, isLower) in new[] { ("minimum", "exclusiveMinimum", true), ("maximum", "exclusiveMaximum", false) })
        {
            var isFlag = at.TryGet(exclusive, out var flag) && flag.ValueKind is JsonValueKind.True or JsonValueKind.False;
            if (values.Number(at, keyword) is { } bound)
            {
                yield return Bound(bound, isLower, isFlag && flag.ValueKind == JsonValueKind.True);
            }

            if (!isFlag && values.Number(at, exclusive) is { } outer)
            {
                yield return Bound(outer, isLower, true);
            }
        }

        static (NumberRange, NumberRange) Bound(DecimalValue bound, bool isLower, bool isExclusive) => isLower
            ? (NumberRange.From(bound, isExclusive), NumberRange.UpTo(bound, !isExclusive))
            : (NumberRange.UpTo(bound, isExclusive), NumberRange.From(bound, !isExclusive));
    }

    /// <summary>The value of <c>multipleOf</c>; null where there is none.</summary>
    public DecimalValue? Step(SchemaLocation at)
    {
        var step = values.Number(at, "multipleOf");
        if (step is { Sign: <= 0 })
        {
            context.Refuse(at, "multipleOf", "has to be a number above 0");
            return null;
        }

        return step;
    }

    private void ReadArrays(SchemaLocation at, Conjunction into)
    {
        var arrays = into.Arrays;
        if (values.Count(at, "minItems") is { } min)
        {
            arrays = arrays with { Min = Math.Max(arrays.Min, min) };
        }

        if (values.Count(at, "maxItems") is { } max)
        {
            arrays = arrays with { Max = Math.Min(max, arrays.Max ?? int.MaxValue) };
        }

        if (Items(at) is { } group)
        {
            arrays = arrays with { Groups = arrays.Groups.Add(group) };
        }

        if (Inclusion(at) is { } inclusion)
        {
            arrays = arrays with { Inclusions = arrays.Inclusions.Add(inclusion) };
        }

        if (values.Flag(at, "uniqueItems"))
        {
            arrays = arrays with { IsUnique = true };
        }

        into.Arrays = ReferenceEquals(arrays, into.Arrays) ? arrays : arrays with { At = at };
        if (arrays.Max < arrays.Min)
        {
            into.Drop(JsonTypes.Array, new(at, "minItems", "exceeds 'maxItems', so no array matches"));
        }
    }

    /// <summary>What a schema says of items; null for nothing.</summary>
    public ArrayAssertions.ItemGroup? Items(SchemaLocation at)
    {
        var isList = at.TryGet("items", out var items) && items.ValueKind == JsonValueKind.Array;
        var prefix = values.Schemas(at, isList ? "items" : "prefixItems", allowsNone: true);
        var rest = values.Schema(at, isList ? "additionalItems" : "items");
        return prefix.Count == 0 && rest is null ? null : new(prefix, rest);
    }

    /// <summary>What a schema says with <c>contains</c>; null for nothing.</summary>
    public ArrayAssertions.Inclusion? Inclusion(SchemaLocation at)
    {
        var (min, max) = (values.Count(at, "minContains"), values.Count(at, "maxContains"));
        return values.Schema(at, "contains") is { } item ? new(item, item with { IsNegated = true }, min ?? 1, max) : null;
    }

    private void ReadObjects(Demand demand, Conjunction into)
    {
        var at = demand.At;
        var objects = into.Objects;
        if (at.TryGet("required", out var required))
        {
            objects = objects.Require(values.Names(at, "required", required));
        }

        if (values.Count(at, "minProperties") is { } min)
        {
            objects = objects with { Min = Math.Max(objects.Min, min) };
        }

        if (values.Count(at, "maxProperties") is { } max)
        {
            objects = objects with { Max = Math.Min(max, objects.Max ?? int.MaxValue) };
        }

        if (Members(demand) is { } group)
        {
            objects = objects with { Groups = objects.Groups.Add(group) };
        }

        if (values.Schema(at, "propertyNames") is { } names)
        {
            objects = objects with { Names = objects.Names.Add(names) };
        }

        into.Objects = ReferenceEquals(objects, into.Objects) ? objects : objects with { At = at };
        if (objects.Max < objects.Min)
        {
            into.Drop(JsonTypes.Object, new(at, "minProperties", "exceeds 'maxProperties', so no object matches"));
        }
    }

    /// <summary>What a schema says of members; null for nothing.</summary>
    public ObjectAssertions.MemberGroup? Members(Demand demand)
    {
        var (properties, patterns) = (values.Map(demand.At, "properties"), values.Map(demand.At, "patternProperties"));
        var (others, unevaluated) = (values.Schema(demand.At, "additionalProperties"), values.Schema(demand.At, "unevaluatedProperties"));
        return properties.Count == 0 && patterns.Count == 0 && others is null && unevaluated is null ? null : new(demand, properties, patterns, others, unevaluated);
    }

    private void ReadDependencies(Demand demand, Conjunction into)
    {
        foreach (var (name, required, schema) in Dependencies(demand.At))
        {
            into.Branches.Enqueue(known =>
            {
                Action<Conjunction> with = conjunction =>
                {
                    conjunction.Restrict(JsonTypes.Object);
                    conjunction.Objects = conjunction.Objects.Require([name, .. required]);
                    if (schema is not null)
                    {
                        conjunction.Pending.Push(schema with { Cause = demand });
                    }
                };
                Action<Conjunction> without = conjunction => conjunction.Objects = conjunction.Objects with { Forbidden = conjunction.Objects.Forbidden.Add(name) };
                return !known.Types.HasFlag(JsonTypes.Object) || known.Objects.Forbidden.Contains(name) ? [without]
                    : known.Types == JsonTypes.Object && known.Objects.Required.Contains(name) ? [with]
                    : [with, without];
            });
        }
    }

    /// <summary>What the presence of a member asks for: other members, or a schema.</summary>
    public IEnumerable<(string Name, IReadOnlyList<string> Required, Demand? Schema)> Dependencies(SchemaLocation at)
    {
        foreach (var keyword in new[] { "dependencies", "dependentRequired", "dependentSchemas" })
        {
            foreach (var member in values.Members(at, keyword))
            {
                yield return member.Value.ValueKind switch
                {
                    JsonValueKind.Array => (member.Name, values.Names(at, keyword, member.Value), null),
                    JsonValueKind.String when keyword == "dependencies" => (member.Name, [member.Value.GetString()!], null),
                    _ => (member.Name, [], values.Demand(at.Child(keyword, member.Name, member.Value))),
                };
            }
        }
    }

    private void ReadAlternatives(Demand demand, Conjunction into)
    {
        var at = demand.At;
        if (values.Schemas(at, "anyOf") is { Count: > 0 } any)
        {
            into.Branches.Enqueue(_ => [.. any.Select(member => Ask(demand, member))]);
        }

        if (values.Schemas(at, "oneOf") is { Count: > 0 } one)
        {
            into.Branches.Enqueue(_ => [.. one.Select(member => Ask(
                demand, [member, .. one.Where(other => other.Key != member.Key).Select(other => other with { IsNegated = true })]))]);
        }

        if (values.Schema(at, "if") is { } condition)
        {
            var (then, otherwise) = (values.Schema(at, "then"), values.Schema(at, "else"));
            if (then is not null || otherwise is not null)
            {
                Demand[] holds = then is null ? [condition] : [condition, then];
                var opposite = condition with { IsNegated = true };
                Demand[] fails = otherwise is null ? [opposite] : [opposite, otherwise];
                into.Branches.Enqueue(_ => [Ask(demand, holds), Ask(demand, fails)]);
            }
        }
    }

    /// <summary>Adds demands to a conjunction.</summary>
    public static Action<Conjunction> Ask(Demand cause, params IReadOnlyList<Demand> demands) => conjunction =>
    {
        for (var i = demands.Count - 1; i >= 0; i--)
        {
            conjunction.Pending.Push(demands[i] with { Cause = cause });
        }
    };
}
