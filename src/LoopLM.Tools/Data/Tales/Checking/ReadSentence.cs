using LoopLM.Tools.Data.Tales.Narration;
using LoopLM.Tools.Data.Tales.World;

namespace LoopLM.Tools.Data.Tales.Checking;

/// <summary>A sentence as a reader understands it.</summary>
/// <param name="Text">Its text.</param>
/// <param name="Pattern">The pattern that it follows; null where it follows none.</param>
/// <param name="Event">What it tells; null where it follows no pattern.</param>
/// <param name="Contradictions">What speaks against it.</param>
internal sealed record ReadSentence(string Text, Pattern? Pattern, TaleEvent? Event, IReadOnlyList<string> Contradictions);
