namespace LoopLM.Models;

/// <summary>Models that cannot be opened; the message lists every problem, one a line.</summary>
/// <param name="problems">At least one: the model, the file, what was found and what would be right.</param>
public sealed class ModelProblemsException(IReadOnlyList<string> problems) : Exception(string.Join(Environment.NewLine, problems))
{
    /// <summary>The problems.</summary>
    public IReadOnlyList<string> Problems { get; } = problems;
}
