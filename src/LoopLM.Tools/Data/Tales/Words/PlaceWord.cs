namespace LoopLM.Tools.Data.Tales.Words;

/// <summary>What is known about a noun for a place.</summary>
/// <param name="Noun">The noun.</param>
/// <param name="Preposition">What stands before it: <c>at</c> the mill.</param>
/// <param name="Adjectives">What it may be like.</param>
internal sealed record PlaceWord(string Noun, string Preposition, string[] Adjectives);
