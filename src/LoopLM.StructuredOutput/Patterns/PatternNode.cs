using LoopLM.StructuredOutput.Unicode;
namespace LoopLM.StructuredOutput.Patterns;

/// <summary>A regular expression as a tree.</summary>
internal abstract record PatternNode
{
    /// <summary>Any text.</summary>
    public static readonly PatternNode AnyText = new Repetition(new Character(CodePointSet.All), 0, null);

    /// <summary>The end of the text: no character follows.</summary>
    public static readonly PatternNode End = new LookAhead(new Character(CodePointSet.All), Negative: true);

    /// <summary>The node and all that are in it.</summary>
    public IEnumerable<PatternNode> Descendants() => this switch
    {
        Sequence(var parts) => parts.SelectMany(part => part.Descendants()).Prepend(this),
        Choice(var options) => options.SelectMany(option => option.Descendants()).Prepend(this),
        Repetition(var body, _, _) => body.Descendants().Prepend(this),
        LookAhead(var body, _) => body.Descendants().Prepend(this),
        _ => [this],
    };

    /// <summary>One code point of a set.</summary>
    public sealed record Character(CodePointSet Set) : PatternNode;

    /// <summary>One part after the other; of none, the empty text.</summary>
    public sealed record Sequence(params IReadOnlyList<PatternNode> Parts) : PatternNode;

    /// <summary>Any of the options; of none, no text.</summary>
    public sealed record Choice(params IReadOnlyList<PatternNode> Options) : PatternNode;

    /// <summary>The body from Min to Max times; a Max of null is any number.</summary>
    public sealed record Repetition(PatternNode Body, int Min, int? Max) : PatternNode;

    /// <summary>The beginning of the text; reads nothing.</summary>
    public sealed record Start : PatternNode;

    /// <summary>The beginning or the end of a word or, negative, neither; reads nothing.</summary>
    public sealed record WordBoundary(bool Negative) : PatternNode;

    /// <summary>A place from which the body matches a beginning of the rest or, negative, does not; reads nothing.</summary>
    public sealed record LookAhead(PatternNode Body, bool Negative) : PatternNode;
}
