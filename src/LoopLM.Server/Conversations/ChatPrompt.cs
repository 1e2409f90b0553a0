namespace LoopLM.Server.Conversations;

/// <summary>A conversation as the model reads it.</summary>
/// <param name="Text">The text.</param>
/// <param name="Tokens">Its tokens.</param>
internal sealed record ChatPrompt(string Text, int[] Tokens);
