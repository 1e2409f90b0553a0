namespace LoopLM.Server.TextGeneration;

/// <summary>A generation that has ended.</summary>
/// <param name="Text">All of its text.</param>
/// <param name="Tokens">Its tokens in order.</param>
/// <param name="End">How it ended.</param>
internal sealed record FinishedText(string Text, IReadOnlyList<TextEvent> Tokens, TextEvent End);
