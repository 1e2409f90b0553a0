namespace LoopLM.Server.TextGeneration;

/// <summary>What to continue.</summary>
/// <param name="Text">As text, in which nothing becomes a special token; null where <paramref name="Tokens"/> say it.</param>
/// <param name="Tokens">As token ids, taken as they are.</param>
internal readonly record struct TextPrompt(string? Text, ReadOnlyMemory<int> Tokens);
