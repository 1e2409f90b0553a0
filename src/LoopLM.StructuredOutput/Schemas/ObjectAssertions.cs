using System.Collections.Immutable;

namespace LoopLM.StructuredOutput.Schemas;

/// <summary>What is asked of an object.</summary>
internal sealed record ObjectAssertions
{
    public static readonly ObjectAssertions None = new();

    /// <inheritdoc cref="StringAssertions.At"/>
    public SchemaLocation? At { get; init; }

    public int Min { get; init; }

    public int? Max { get; init; }

    public ImmutableList<MemberGroup> Groups { get; init; } = [];

    /// <summary>Names that have to be there, in the order in which they are asked for.</summary>
    public ImmutableList<string> Required { get; init; } = [];

    /// <summary>Names that must not be there.</summary>
    public ImmutableHashSet<string> Forbidden { get; init; } = [];

    /// <summary>What is asked of single members beside the groups.</summary>
    public ImmutableList<(string Name, Demand Value)> Named { get; init; } = [];

    /// <summary>What is asked of every name.</summary>
    public ImmutableList<Demand> Names { get; init; } = [];

    /// <summary>What at least one member has to match whose name is not among those of a group.</summary>
    public ImmutableList<(MemberGroup Group, string? Pattern, Demand Value)> Witnesses { get; init; } = [];

    /// <summary>All names that something is said of one by one, in the order of the schema.</summary>
    public IReadOnlyList<string> Listed => [.. Groups.SelectMany(group => group.Properties).Select(property => property.Name)
        .Concat(Required).Concat(Named.Select(named => named.Name)).Concat(Forbidden.Order(StringComparer.Ordinal)).Distinct()];

    /// <summary>The same with some names that have to be there.</summary>
    public ObjectAssertions Require(IReadOnlyList<string> names) => names.Count == 0 ? this : this with { Required = Required.AddRange(names.Except(Required)) };

    /// <summary>What one schema says of members.</summary>
    /// <param name="Owner">The schema.</param>
    /// <param name="Properties">By name.</param>
    /// <param name="Patterns">By a pattern that the name matches.</param>
    /// <param name="Others">Of those that none of these is about; null for nothing.</param>
    /// <param name="Unevaluated">Of those that no schema is about that applies together with this one; null for nothing.</param>
    internal sealed record MemberGroup(
        Demand Owner, IReadOnlyList<(string Name, Demand Value)> Properties, IReadOnlyList<(string Pattern, Demand Value)> Patterns, Demand? Others, Demand? Unevaluated = null);
}
