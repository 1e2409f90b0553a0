namespace LoopLM.StructuredOutput.Automata;

/// <summary>The plain text that may follow in a state whatever it consists of.</summary>
/// <param name="MaxLength">Most characters; 0 where not every plain text can follow.</param>
/// <param name="MayEnd">Whether there are enough characters already.</param>
/// <param name="Rest">The most bytes that the text still takes behind it.</param>
internal readonly record struct FreeText(int MaxLength, bool MayEnd, long Rest);
