namespace LoopLM.Text.Constraints.Patterns;

/// <summary>A regular expression as a tree.</summary>
internal abstract record PatternNode
{
    /// <summary>One code point of a set.</summary>
    public sealed record Character(CodePointSet Set) : PatternNode;

    /// <summary>One part after the other; of none, the empty text.</summary>
    public sealed record Sequence(params IReadOnlyList<PatternNode> Parts) : PatternNode;

    /// <summary>Any of the options, of which there is at least one.</summary>
    public sealed record Choice(params IReadOnlyList<PatternNode> Options) : PatternNode;

    /// <summary>The body from Min to Max times; a Max of null is any number.</summary>
    public sealed record Repetition(PatternNode Body, int Min, int? Max) : PatternNode;
}
