using System.Collections.Immutable;

namespace LoopLM.StructuredOutput.Schemas;

/// <summary>What is asked of a number.</summary>
internal sealed record NumberAssertions
{
    public static readonly NumberAssertions None = new();

    /// <inheritdoc cref="StringAssertions.At"/>
    public SchemaLocation? At { get; init; }

    public NumberRange Range { get; init; } = NumberRange.All;

    /// <summary>Numbers above 0 of which it is no multiple.</summary>
    public ImmutableList<DecimalValue> NotMultiplesOf { get; init; } = [];

    /// <summary>The same within one more range.</summary>
    public NumberAssertions Within(NumberRange range, SchemaLocation at) => this with { Range = Range.Intersect(range), At = at };

    public bool Contains(DecimalValue value) => Range.Contains(value) && !NotMultiplesOf.Any(step => NumberRange.MultiplesOf(step).Contains(value));
}
