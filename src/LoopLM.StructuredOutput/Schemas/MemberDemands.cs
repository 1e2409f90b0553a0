using System.Collections.Immutable;

namespace LoopLM.StructuredOutput.Schemas;

/// <summary>Finds what is asked of the members of an object: by name, and for all names that nothing is said of one by one.</summary>
/// <param name="expander">Says what is asked of names.</param>
/// <param name="context">What the schemas of one grammar share.</param>
internal sealed class MemberDemands(SchemaExpander expander, TranslationContext context)
{
    private const int MaxClasses = 64;

    private readonly Dictionary<string, StringLanguage> _patterns = [];

    /// <summary>What is asked of the value of a name; null where no member may have it.</summary>
    public IReadOnlyList<Demand>? Of(ObjectAssertions objects, string name)
    {
        if (objects.Forbidden.Contains(name) || !objects.Names.All(demand => Names(demand).Contains(name)))
        {
            return null;
        }

        var demands = Of(objects, group => Values(group, name)).Concat(objects.Named.Where(named => named.Name == name).Select(named => named.Value));
        return [.. demands.DistinctBy(demand => demand.Key)];
    }

    /// <summary>The names that are not listed and that members may have, in classes of which the same is asked.</summary>
    public IReadOnlyList<NameClass> Others(ObjectAssertions objects)
    {
        var patterns = objects.Groups.SelectMany(group => group.Patterns).DistinctBy(member => member.Pattern).ToList();
        if (IsClosed(objects, [], patterns.Select(member => member.Pattern)))
        {
            return [];
        }

        var names = objects.Names.Aggregate(Without(objects.Listed, objects.At), (left, demand) => Intersect(left, Names(demand), demand.At));
        var classes = new List<(StringLanguage Names, ImmutableHashSet<string> Patterns)> { (names, []) };
        for (var i = 0; i < patterns.Count; i++)
        {
            var (pattern, at) = (patterns[i].Pattern, patterns[i].Value.At);
            var matching = Pattern(at, pattern);
            var later = patterns.Skip(i + 1).Select(member => member.Pattern).ToList();
            classes = [.. classes.SelectMany(known => new[]
            {
                (Names: Intersect(known.Names, matching, at), Patterns: known.Patterns.Add(pattern)),
                (Names: IsClosed(objects, known.Patterns, later) ? StringLanguage.Empty : Outside(known.Names, matching, at), known.Patterns),
            }).Where(made => !made.Names.IsEmpty)];
            if (classes.Count > MaxClasses)
            {
                context.Refuse(at, null, $"the patterns of names overlap in more than {MaxClasses} ways");
                return [];
            }
        }

        return [.. classes.Where(made => !made.Names.IsEmpty)
            .Select(made => new NameClass(
                made.Names, made.Patterns, [.. Of(objects, group => Values(group, made.Patterns)).DistinctBy(demand => demand.Key)]))
            .Where(made => !expander.IsEmpty(made.Values))];
    }

    /// <summary>Whether a pattern of a group is about a name; without a pattern, whether the group is about it as one of the others.</summary>
    public bool IsAbout(ObjectAssertions.MemberGroup group, string? pattern, string name) => pattern is null
        ? Values(group, name) is null
        : group.Patterns.Any(member => member.Pattern == pattern && Pattern(member.Value.At, pattern).Contains(name));

    // Whether a group allows no members but those of its patterns, none of which matches or may still be found to match.
    private bool IsClosed(ObjectAssertions objects, ImmutableHashSet<string> matching, IEnumerable<string> undecided) => objects.Groups.Any(group =>
        group.Others is { } others && !group.Patterns.Any(member => matching.Contains(member.Pattern) || undecided.Contains(member.Pattern)) && expander.IsEmpty([others]));

    private static IEnumerable<Demand> Of(ObjectAssertions objects, Func<ObjectAssertions.MemberGroup, IReadOnlyList<Demand>?> values)
    {
        var said = objects.Groups.ConvertAll(group => (Group: group, Values: values(group)));
        foreach (var (group, of) in said)
        {
            foreach (var demand in of ?? (group.Others is null ? [] : [group.Others]))
            {
                yield return demand;
            }

            var isEvaluated = said.Any(other => (other.Values is not null || other.Group.Others is not null || (other.Group.Unevaluated is not null && other.Group != group))
                && other.Group.Owner.Causes().TakeWhile(cause => !cause.IsNegated).Any(cause => cause.Key == group.Owner.Key));
            if (group.Unevaluated is { } unevaluated && !isEvaluated)
            {
                yield return unevaluated;
            }
        }
    }

    // Null where a group says nothing of a name in particular.
    private IReadOnlyList<Demand>? Values(ObjectAssertions.MemberGroup group, string name)
    {
        IReadOnlyList<Demand> values =
        [
            .. group.Properties.Where(property => property.Name == name).Select(property => property.Value),
            .. group.Patterns.Where(member => Pattern(member.Value.At, member.Pattern).Contains(name)).Select(member => member.Value),
        ];
        return values.Count == 0 ? null : values;
    }

    private static IReadOnlyList<Demand>? Values(ObjectAssertions.MemberGroup group, ImmutableHashSet<string> patterns)
    {
        IReadOnlyList<Demand> values = [.. group.Patterns.Where(member => patterns.Contains(member.Pattern)).Select(member => member.Value)];
        return values.Count == 0 ? null : values;
    }

    /// <summary>The names that a pattern matches.</summary>
    public StringLanguage Pattern(SchemaLocation at, string pattern)
    {
        if (!_patterns.TryGetValue(pattern, out var language))
        {
            language = context.Strings.TryPattern(pattern, out var problem) ?? Refuse(at, problem!);
            _patterns.Add(pattern, language);
        }

        return language;
    }

    // The strings that match a schema.
    private StringLanguage Names(Demand demand)
    {
        var languages = expander.Expand([demand]).Alternatives.Where(way => way.Types.HasFlag(JsonTypes.String)).Select(expander.Strings);

        // What is in any of them is in the complement of what is in none.
        var rest = languages.Aggregate(StringLanguage.Any, (left, language) => Except(left, language, demand.At));
        return Except(StringLanguage.Any, rest, demand.At);
    }

    private StringLanguage Without(IReadOnlyList<string> names, SchemaLocation? at) => names.Count == 0 ? StringLanguage.Any
        : context.Strings.TryWithout(StringLanguage.Any, names, out var problem) ?? Refuse(at, problem!);

    private StringLanguage Intersect(StringLanguage left, StringLanguage right, SchemaLocation? at) =>
        context.Strings.TryIntersect(left, right, out var problem) ?? Refuse(at, problem!);

    // The names that a pattern does not match, but for those whose length alone is why: a count of hundreds takes as many states.
    private StringLanguage Outside(StringLanguage names, StringLanguage matching, SchemaLocation? at) =>
        Except(names, matching.MaxLength > 32 ? new(matching.Automaton) : matching, at);

    private StringLanguage Except(StringLanguage left, StringLanguage right, SchemaLocation? at) =>
        context.Strings.TryExcept(left, right, out var problem) ?? Refuse(at, problem!);

    private StringLanguage Refuse(SchemaLocation? at, string problem)
    {
        context.Refuse(at, null, $"as names of properties it cannot be enforced: {problem}");
        return StringLanguage.Empty;
    }

    /// <summary>Names of which the same is asked.</summary>
    /// <param name="Names">The names.</param>
    /// <param name="Patterns">The patterns of the schema that match them.</param>
    /// <param name="Values">What is asked of the values.</param>
    internal sealed record NameClass(StringLanguage Names, ImmutableHashSet<string> Patterns, IReadOnlyList<Demand> Values);
}
