using System.Text.Json;

namespace LoopLM.StructuredOutput.Schemas;

/// <summary>Finds what in a <see cref="Conjunction"/> contradicts the rest, and leaves it out.</summary>
/// <param name="expander">Says what is asked of values within a value.</param>
/// <param name="context">What the schemas of one grammar share.</param>
internal sealed class Contradictions(SchemaExpander expander, TranslationContext context)
{
    // No string has two of these formats, whatever a validator takes each to be.
    private static readonly string[] s_disjointFormats = ["date", "time", "date-time", "duration", "ipv4", "ipv6", "uuid"];

    private readonly Dictionary<StringAssertions, StringLanguage> _strings = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<StringAssertions, StringLanguage> _stringsOfAnyFormat = new(ReferenceEqualityComparer.Instance);

    /// <summary>Leaves out the types and values that cannot match. What takes a choice to decide becomes a branch.</summary>
    public void Find(Conjunction conjunction)
    {
        if (conjunction.Values is { } values)
        {
            conjunction.Values = [.. values.Where(value => Matches(conjunction, value))];
            if (conjunction.Values.Count == 0)
            {
                var (at, keyword) = conjunction.ValuesAt!.Value;
                conjunction.Contradict(at, keyword, "has no value that all schemas allow which apply together");
            }

            return;
        }

        Drop(conjunction, JsonTypes.String, StringReason(conjunction));
        Drop(conjunction, JsonTypes.Integer, IntegerReason(conjunction.Numbers));
        Drop(conjunction, JsonTypes.Fraction, FractionReason(conjunction.Numbers));
        Drop(conjunction, JsonTypes.Array, ArrayReason(conjunction));
        Drop(conjunction, JsonTypes.Object, ObjectReason(conjunction));
        Exclude(conjunction);
        if (conjunction.Types == JsonTypes.None)
        {
            conjunction.Contradict(conjunction.Dropped!.At, conjunction.Dropped.Keyword, conjunction.Dropped.Reason);
        }
        else if (conjunction.Types.HasFlag(JsonTypes.Object) && conjunction.Objects.Witnesses is [var witness, ..])
        {
            conjunction.Objects = conjunction.Objects with { Witnesses = conjunction.Objects.Witnesses.RemoveAt(0) };
            conjunction.Branches.Enqueue(known => Witnesses(known.Objects, witness));
        }
    }

    /// <summary>The strings of a conjunction, where it admits any.</summary>
    public StringLanguage Strings(Conjunction conjunction)
    {
        if (conjunction.Values is not { } values)
        {
            return Strings(conjunction.Strings, conjunction.Strings.Formats, _strings);
        }

        var texts = values.Where(value => value.ValueKind == JsonValueKind.String).Select(value => value.GetString()!);
        var language = context.Strings.TryOf(texts, out var problem);
        if (language is null)
        {
            context.Refuse(conjunction.ValuesAt!.Value.At, conjunction.ValuesAt.Value.Keyword, $"cannot be enforced: {problem}");
        }

        return language ?? StringLanguage.Empty;
    }

    /// <summary>Whether a value matches a conjunction.</summary>
    public bool Matches(Conjunction conjunction, JsonElement value)
    {
        if ((JsonValues.TypeOf(value) & conjunction.Types) == 0
            || conjunction.Values?.Any(other => JsonElement.DeepEquals(value, other)) == false
            || conjunction.Excluded.Any(other => JsonElement.DeepEquals(value, other)))
        {
            return false;
        }

        return value.ValueKind switch
        {
            // A constant of the schema is of the right format, as its author sees it.
            JsonValueKind.String => Strings(conjunction.Strings, [], _stringsOfAnyFormat).Contains(value.GetString()!),
            JsonValueKind.Number => DecimalValue.Read(value) is { } number && conjunction.Numbers.Contains(number),
            JsonValueKind.Array => Matches(conjunction.Arrays, [.. value.EnumerateArray()]),
            JsonValueKind.Object => Matches(conjunction.Objects, value),
            _ => true,
        };
    }

    private static void Drop(Conjunction conjunction, JsonTypes type, Objection? reason)
    {
        if (reason is not null)
        {
            conjunction.Drop(type, reason);
        }
    }

    private bool Matches(IReadOnlyList<Demand> demands, JsonElement value) =>
        demands.Count == 0 || expander.Expand(demands).Alternatives.Any(way => way.Obstacle is null && Matches(way, value));

    private bool Matches(ArrayAssertions arrays, IReadOnlyList<JsonElement> items) =>
        items.Count >= arrays.Min && !(items.Count > arrays.Max)
        && !(arrays.IsUnique && items.Index().Any(item => items.Take(item.Index).Any(other => JsonElement.DeepEquals(item.Item, other))))
        && items.Index().All(item => Matches(arrays.Item(item.Index), item.Item))
        && arrays.Inclusions.All(inclusion => items.Skip(inclusion.From).Count(item => Matches([inclusion.Item.Alone], item)) is var count
            && count >= inclusion.Min && !(count > inclusion.Max));

    private bool Matches(ObjectAssertions objects, JsonElement value)
    {
        var members = value.EnumerateObject().DistinctBy(member => member.Name).ToList();
        return members.Count >= objects.Min && !(members.Count > objects.Max)
            && objects.Required.All(name => value.TryGetProperty(name, out _))
            && members.All(member => expander.Members.Of(objects, member.Name) is { } demands && Matches(demands, member.Value))
            && objects.Witnesses.All(witness => members.Any(member =>
                expander.Members.IsAbout(witness.Group, witness.Pattern, member.Name) && Matches([witness.Value.Alone], member.Value)));
    }

    // Formats admit less than validators may, so they prove no contradiction but those of which all are sure.
    private Objection? StringReason(Conjunction conjunction)
    {
        var strings = conjunction.Strings;
        if (!conjunction.Types.HasFlag(JsonTypes.String) || ReferenceEquals(strings, StringAssertions.None))
        {
            return null;
        }

        return strings.Formats.Count(s_disjointFormats.Contains) > 1 ? new(strings.At!, "format", "is not the same in all schemas that apply together")
            : !Strings(strings, [], _stringsOfAnyFormat).IsEmpty ? null
            : new(strings.At ?? conjunction.At!, strings.Patterns.Count > 0 ? "pattern" : "minLength", "leaves no string that matches");
    }

    private StringLanguage Strings(StringAssertions strings, IEnumerable<string> formats, Dictionary<StringAssertions, StringLanguage> known)
    {
        if (known.TryGetValue(strings, out var language))
        {
            return language;
        }

        language = context.Strings.TryRead(strings.Patterns, formats, strings.Min, strings.Max, out var problem);
        foreach (var pattern in strings.ExcludedPatterns)
        {
            language = language is not null && context.Strings.TryPattern(pattern, out problem) is { } other
                ? context.Strings.TryExcept(language, other, out problem) : null;
        }

        if (language is not null && strings.ExcludedTexts.Count > 0)
        {
            language = context.Strings.TryWithout(language, strings.ExcludedTexts, out problem);
        }

        if (language is null)
        {
            var keyword = strings.Patterns.Count + strings.ExcludedPatterns.Count > 0 ? "pattern" : strings.Formats.Count > 0 ? "format" : "maxLength";
            context.Refuse(strings.At, keyword, $"cannot be enforced: {problem}");
        }

        language ??= StringLanguage.Empty;
        known.Add(strings, language);
        return language;
    }

    private static Objection? IntegerReason(NumberAssertions numbers)
    {
        var range = numbers.Range;
        return range.Min is { } min && range.Max is { } max
            && min.Ceiling + (range.AboveMin && min.Scale == 0 ? 1 : 0) > max.Floor - (range.BelowMax && max.Scale == 0 ? 1 : 0)
                ? BoundReason(numbers) : null;
    }

    private static Objection? FractionReason(NumberAssertions numbers) =>
        numbers.Range.IsEmpty || (numbers.Range is { Min: { Scale: 0 } min, Max: { } max } && min == max) ? BoundReason(numbers)
        : numbers.Range.Steps.Any(step => step.Scale == 0) ? new(numbers.At!, "multipleOf", "leaves integers only")
        : null;

    private static Objection BoundReason(NumberAssertions numbers) =>
        new(numbers.At!, SchemaKeywords.Numbers.FirstOrDefault(keyword => numbers.At?.TryGet(keyword, out _) == true), "leaves no number between the bounds");

    private Objection? ArrayReason(Conjunction conjunction)
    {
        var arrays = conjunction.Arrays;
        if (!conjunction.Types.HasFlag(JsonTypes.Array) || ReferenceEquals(arrays, ArrayAssertions.None))
        {
            return null;
        }

        Objection? reason = null;
        for (var index = 0; index <= arrays.PrefixLength && !(index >= arrays.Max); index++)
        {
            if (expander.IsEmpty(arrays.Item(index), out reason))
            {
                conjunction.Arrays = arrays = arrays with { Max = index };
                break;
            }
        }

        return arrays.Max < arrays.Min ? reason ?? new(arrays.At ?? conjunction.At!, "minItems", "exceeds 'maxItems', so no array matches")
            : arrays.Inclusions.Any(inclusion => inclusion.Min > 0 && (inclusion.Max < inclusion.Min || inclusion.Min > arrays.Max - inclusion.From))
                ? new(arrays.At ?? conjunction.At!, "contains", "asks for more items than there can be")
                : null;
    }

    private Objection? ObjectReason(Conjunction conjunction)
    {
        var objects = conjunction.Objects;
        if (!conjunction.Types.HasFlag(JsonTypes.Object) || ReferenceEquals(objects, ObjectAssertions.None))
        {
            return null;
        }

        var at = objects.At ?? conjunction.At!;
        if (objects.Max < Math.Max(objects.Min, objects.Required.Count))
        {
            return new(at, "maxProperties", "is below 'minProperties' or the number of required properties");
        }

        foreach (var name in objects.Required)
        {
            Objection? reason = null;
            if (expander.Members.Of(objects, name) is not { } demands || expander.IsEmpty(demands, out reason))
            {
                return reason ?? new(at, "required", "asks for a property that another schema rules out");
            }
        }

        return null;
    }

    // Constants that are excluded: those that do not match anyway say nothing.
    private static void Exclude(Conjunction conjunction)
    {
        foreach (var value in conjunction.Excluded.Where(value => (JsonValues.TypeOf(value) & conjunction.Types) != 0))
        {
            if (value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 0)
            {
                conjunction.Arrays = conjunction.Arrays with { Min = Math.Max(conjunction.Arrays.Min, 1) };
            }
            else if (value.ValueKind == JsonValueKind.Object && !value.EnumerateObject().Any())
            {
                conjunction.Objects = conjunction.Objects with { Min = Math.Max(conjunction.Objects.Min, 1) };
            }
            else
            {
                conjunction.Obstruct(JsonValues.TypeOf(value), conjunction.At!, "not", "of an array or an object cannot be enforced");
            }
        }
    }

    // A member that has to match may be any that is listed. That it is another one cannot be enforced.
    private List<Action<Conjunction>> Witnesses(ObjectAssertions objects, (ObjectAssertions.MemberGroup Group, string? Pattern, Demand Value) witness)
    {
        var ways = objects.Listed.Where(name => expander.Members.IsAbout(witness.Group, witness.Pattern, name)).Select(name => (Action<Conjunction>)(way =>
        {
            way.Restrict(JsonTypes.Object);
            way.Objects = way.Objects.Require([name]) with { Named = way.Objects.Named.Add((name, witness.Value.Alone)) };
        })).ToList();
        if (expander.Members.Others(objects).Any(other => (witness.Pattern is null ? !witness.Group.Patterns.Any(member => other.Patterns.Contains(member.Pattern)) : other.Patterns.Contains(witness.Pattern))
            && !expander.IsEmpty([.. other.Values, witness.Value.Alone])))
        {
            ways.Add(way =>
            {
                way.Restrict(JsonTypes.Object);
                way.Obstruct(JsonTypes.Object, witness.Group.Owner.At, witness.Pattern is null ? "additionalProperties" : "patternProperties", "cannot be enforced where it has to fail");
            });
        }

        return ways.Count > 0 ? ways : [way => way.Contradict(witness.Group.Owner.At, "additionalProperties", "cannot fail")];
    }
}
