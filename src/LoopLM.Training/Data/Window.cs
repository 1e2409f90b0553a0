namespace LoopLM.Training.Data;

/// <summary>A run of tokens of a split that one sequence of a batch holds.</summary>
/// <param name="Start">Index of its first token.</param>
/// <param name="Length">Its tokens.</param>
/// <param name="Document">The document that its first token belongs to.</param>
public readonly record struct Window(int Start, int Length, int Document);
