using System.Collections.Immutable;

namespace LoopLM.StructuredOutput.Schemas;

/// <summary>What is asked of a string.</summary>
internal sealed record StringAssertions
{
    public static readonly StringAssertions None = new();

    /// <summary>The last schema that asks for something, for messages.</summary>
    public SchemaLocation? At { get; init; }

    /// <summary>Fewest code points.</summary>
    public int Min { get; init; }

    /// <summary>Most code points; null for any number.</summary>
    public int? Max { get; init; }

    public ImmutableList<string> Patterns { get; init; } = [];

    /// <summary>Patterns that must match nowhere in the string.</summary>
    public ImmutableList<string> ExcludedPatterns { get; init; } = [];

    public ImmutableList<string> Formats { get; init; } = [];

    public ImmutableList<string> ExcludedTexts { get; init; } = [];
}
