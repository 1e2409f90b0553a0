namespace LoopLM.Engine.Execution;

/// <summary>Why no token can be chosen.</summary>
/// <param name="Message">What the reader receives.</param>
/// <param name="IsRequestsFault">Whether what the request wants leaves no way on; otherwise model or server are at fault.</param>
internal sealed record ChoiceProblem(string Message, bool IsRequestsFault);
