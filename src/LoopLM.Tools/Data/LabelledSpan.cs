namespace LoopLM.Tools.Data;

/// <summary>Tokens that an evaluation scores together.</summary>
/// <param name="Start">Index of the first.</param>
/// <param name="Length">How many there are.</param>
/// <param name="Label">What they are distinguished by.</param>
internal readonly record struct LabelledSpan(int Start, int Length, string Label);
