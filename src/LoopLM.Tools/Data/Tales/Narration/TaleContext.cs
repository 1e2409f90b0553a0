using LoopLM.Tools.Data.Tales.Words;
using LoopLM.Tools.Data.Tales.World;

namespace LoopLM.Tools.Data.Tales.Narration;

/// <summary>What a sentence can rely on: who and what there is, and the sentence before.</summary>
/// <param name="cast">The people, things and places.</param>
internal sealed class TaleContext(Cast cast)
{
    /// <summary>The people, things and places.</summary>
    public Cast Cast { get; } = cast;

    /// <summary>The world so far.</summary>
    public TaleWorld World { get; } = new();

    /// <summary>What the sentence before tells; null where a paragraph begins.</summary>
    public TaleEvent? Last { get; private set; }

    /// <summary>
    /// Whom a pronoun stands for: the one person of its gender in the sentence before; null where there is none or more than one.
    /// </summary>
    public string? Person(Gender gender)
    {
        var people = Last?.People.Where(name => Lexicon.Names.TryGetValue(name, out var own) && own == gender).Distinct().ToList() ?? [];
        return people is [var one] ? one : null;
    }

    /// <summary>What <c>it</c> stands for: the one thing in the sentence before; null where there is none or more than one.</summary>
    public string? Thing => Last is { } last && last.Of('q') is null && !last.Rule.Generic.Contains('o', StringComparison.Ordinal)
        ? last.Of('o') : null;

    /// <summary>Goes on behind a sentence.</summary>
    public void Tell(TaleEvent happening)
    {
        World.Apply(happening);
        Last = happening;
    }

    /// <summary>Begins a paragraph, or goes on behind a sentence that tells nothing.</summary>
    public void Forget() => Last = null;
}
