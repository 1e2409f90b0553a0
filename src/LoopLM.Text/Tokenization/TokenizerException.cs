using LoopLM.Checkpoints;

namespace LoopLM.Text.Tokenization;

/// <summary>A tokenizer.json that cannot be loaded exactly; the message lists every problem found.</summary>
public sealed class TokenizerException : Exception
{
    private const int MaxProblemsShown = 20;

    /// <summary>Creates the exception from all problems of one file.</summary>
    /// <param name="problems">
    /// At least one; each names the field, what was found and what would be right. Control characters are escaped, and what is long is cut.
    /// </param>
    public TokenizerException(params IReadOnlyList<string> problems)
        : base(Describe(problems)) => Problems = [.. problems.Select(FileText.Show)];

    /// <summary>The problems, in the order in which they were found.</summary>
    public IReadOnlyList<string> Problems { get; }

    private static string Describe(IReadOnlyList<string> problems)
    {
        var shown = string.Join(Environment.NewLine, problems.Take(MaxProblemsShown).Select(problem => $"- {FileText.Show(problem)}"));
        var more = problems.Count - MaxProblemsShown;
        return $"The tokenizer cannot be loaded:{Environment.NewLine}{shown}"
            + (more > 0 ? $"{Environment.NewLine}- and {more} more" : "");
    }
}
