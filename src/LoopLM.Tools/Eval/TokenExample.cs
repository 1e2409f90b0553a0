namespace LoopLM.Tools.Eval;

/// <summary>A token where it stands.</summary>
/// <param name="Text">The token in square brackets, behind what stands before it.</param>
/// <param name="ExitStep">The loop it left at, from 1.</param>
internal sealed record TokenExample(string Text, int ExitStep);
