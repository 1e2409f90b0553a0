using LoopLM.StructuredOutput.Unicode;

namespace LoopLM.Text.Tokenization.PreTokenization.Patterns;

/// <summary>A part of a split pattern.</summary>
internal abstract record SplitNode
{
    private SplitNode()
    {
    }

    /// <summary>One code point of a set.</summary>
    public sealed record Character(CodePointSet Set) : SplitNode;

    /// <summary>Parts behind each other.</summary>
    public sealed record Sequence(IReadOnlyList<SplitNode> Parts) : SplitNode;

    /// <summary>The first alternative that leads to a match.</summary>
    public sealed record Choice(IReadOnlyList<SplitNode> Options) : SplitNode;

    /// <summary>A part several times: as often as possible, or where it is lazy as seldom. Null is no bound.</summary>
    public sealed record Repetition(SplitNode Part, int Min, int? Max, bool IsLazy = false) : SplitNode;

    /// <summary>Takes nothing, and demands that the next code point is one of a set; where it says so, the end of the text will do.</summary>
    public sealed record NextIs(CodePointSet Set, bool OrEnd) : SplitNode;

    /// <summary>Whether it may match without taking anything.</summary>
    public bool IsNullable => this switch
    {
        Character => false,
        Sequence sequence => sequence.Parts.All(part => part.IsNullable),
        Choice choice => choice.Options.Any(option => option.IsNullable),
        Repetition repetition => repetition.Min == 0 || repetition.Part.IsNullable,
        _ => true,
    };

    /// <summary>Whether it matches whatever comes, because it may take nothing and demands nothing.</summary>
    public bool AlwaysMatches => this switch
    {
        Sequence sequence => sequence.Parts.All(part => part.AlwaysMatches),
        Choice choice => choice.Options.Any(option => option.AlwaysMatches),
        Repetition repetition => repetition.Min == 0 || repetition.Part.AlwaysMatches,
        _ => false,
    };

    /// <summary>The code points with which it may begin.</summary>
    public CodePointSet First => this switch
    {
        Character character => character.Set,
        Sequence sequence => FirstOf(sequence.Parts),
        Choice choice => choice.Options.Aggregate(new CodePointSet(), (all, option) => all.Union(option.First)),
        Repetition repetition => repetition.Part.First,
        _ => new CodePointSet(),
    };

    /// <summary>The code points with which parts behind each other may begin.</summary>
    public static CodePointSet FirstOf(IReadOnlyList<SplitNode> parts)
    {
        var first = new CodePointSet();
        foreach (var part in parts)
        {
            first = first.Union(part.First);
            if (!part.IsNullable)
            {
                break;
            }
        }

        return first;
    }
}
