namespace LoopLM.Tools.Data.Tales.Words;

/// <summary>What is known about a noun for a thing.</summary>
/// <param name="Noun">The noun.</param>
/// <param name="Use">What it is good for: <c>to fly on windy days</c>.</param>
/// <param name="Block">The obstacle that it overcomes; null where it overcomes none.</param>
/// <param name="Solve">How it overcomes that.</param>
internal sealed record ThingWord(string Noun, string Use, string? Block, string? Solve);
