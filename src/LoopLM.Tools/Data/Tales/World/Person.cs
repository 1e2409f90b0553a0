using LoopLM.Tools.Data.Tales.Words;

namespace LoopLM.Tools.Data.Tales.World;

/// <summary>Someone in a tale.</summary>
/// <param name="Name">The name, which nobody else in the tale has.</param>
/// <param name="Kind">What they are: fox, girl, baker.</param>
/// <param name="Trait">What they are like.</param>
internal sealed record Person(string Name, string Kind, string Trait)
{
    /// <summary>Which pronoun stands for them.</summary>
    public Gender Gender => Lexicon.Names[Name];
}
