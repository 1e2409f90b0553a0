using System.Collections.Immutable;

namespace LoopLM.StructuredOutput.Schemas;

/// <summary>What is asked of an array.</summary>
internal sealed record ArrayAssertions
{
    public static readonly ArrayAssertions None = new();

    /// <inheritdoc cref="StringAssertions.At"/>
    public SchemaLocation? At { get; init; }

    public int Min { get; init; }

    public int? Max { get; init; }

    /// <summary>Whether no two items may be equal.</summary>
    public bool IsUnique { get; init; }

    public ImmutableList<ItemGroup> Groups { get; init; } = [];

    public ImmutableList<Inclusion> Inclusions { get; init; } = [];

    /// <summary>How many first items have schemas of their own.</summary>
    public int PrefixLength => Math.Max(Groups.Select(group => group.Prefix.Count).DefaultIfEmpty().Max(), Inclusions.Select(inclusion => inclusion.From).DefaultIfEmpty().Max());

    /// <summary>What is asked of an item; of every one from <see cref="PrefixLength"/> on the same.</summary>
    public IReadOnlyList<Demand> Item(int index) =>
        [.. Groups.Select(group => index < group.Prefix.Count ? group.Prefix[index] : group.Rest).OfType<Demand>().DistinctBy(demand => demand.Key)];

    /// <summary>What one schema says of items.</summary>
    /// <param name="Prefix">Of the first ones; null for nothing.</param>
    /// <param name="Rest">Of the others; null for nothing.</param>
    internal sealed record ItemGroup(IReadOnlyList<Demand?> Prefix, Demand? Rest);

    /// <summary>What so many items have to match.</summary>
    /// <param name="Item">What they match.</param>
    /// <param name="Opposite">What the others match.</param>
    /// <param name="Min">Fewest such items.</param>
    /// <param name="Max">Most; null for any number.</param>
    /// <param name="From">The first item that counts.</param>
    internal sealed record Inclusion(Demand Item, Demand Opposite, int Min, int? Max, int From = 0);
}
