namespace LoopLM.StructuredOutput;

/// <summary>How large a schema may be; what exceeds a limit is refused. Together they bound the time and the memory that a schema can take.</summary>
public sealed record ConstraintLimits
{
    /// <summary>The limits where the caller sets none.</summary>
    public static ConstraintLimits Default { get; } = new();

    /// <summary>Bytes of a schema's JSON.</summary>
    public int MaxSchemaBytes { get; init; } = 128 << 10;

    /// <summary>
    /// Arrays and objects within each other in the schema, and around any value in the text that it admits, 1 to 32.
    /// A constant of the schema at the deepest place of a text then stays within the 64 levels that JSON readers accept.
    /// </summary>
    public int MaxDepth { get; init; } = 32;

    /// <summary>Subschemas that are used.</summary>
    public int MaxSubschemas { get; init; } = 4096;

    /// <summary>Properties of one object; alternatives of one <c>anyOf</c>, counting those of its alternatives.</summary>
    public int MaxAlternatives { get; init; } = 512;

    /// <summary>Values of all <c>enum</c>s together.</summary>
    public int MaxEnumValues { get; init; } = 2048;

    /// <summary>UTF-16 units of one <c>pattern</c>.</summary>
    public int MaxPatternLength { get; init; } = 512;

    /// <summary>States of the automaton of one <c>pattern</c> or <c>format</c>.</summary>
    public int MaxPatternStates { get; init; } = 4096;

    /// <summary>The largest <c>minItems</c>, <c>maxItems</c>, <c>minLength</c> and <c>maxLength</c>.</summary>
    public int MaxCount { get; init; } = 1 << 16;

    /// <summary>Instructions of the grammar.</summary>
    public int MaxInstructions { get; init; } = 1 << 16;

    /// <summary>Bytes of the shortest text that the schema admits.</summary>
    public int MaxShortestLength { get; init; } = 1 << 14;
}
