namespace LoopLM.Tools.Eval;

/// <summary>A token where it is.</summary>
/// <param name="Text">The token in square brackets, after what is before it.</param>
/// <param name="ExitStep">The loop it left at, from 1.</param>
internal sealed record TokenExample(string Text, int ExitStep);
