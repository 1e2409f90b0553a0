using LoopLM.Tools.Data.Tales.World;

namespace LoopLM.Tools.Data.Tales.Narration;

/// <summary>A sentence of a tale.</summary>
/// <param name="Pattern">The pattern that it follows.</param>
/// <param name="Event">What it tells; roles that the pattern leaves unsaid are missing.</param>
/// <param name="Text">Its text.</param>
/// <param name="Paragraph">Number of its paragraph, from 0.</param>
internal sealed record Sentence(Pattern Pattern, TaleEvent Event, string Text, int Paragraph);
