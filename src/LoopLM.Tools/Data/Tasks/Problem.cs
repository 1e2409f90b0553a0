namespace LoopLM.Tools.Data.Tasks;

/// <summary>A question with one right answer.</summary>
internal readonly record struct Problem(string Question, string Answer);
