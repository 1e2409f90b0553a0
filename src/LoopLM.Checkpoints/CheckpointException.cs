namespace LoopLM.Checkpoints;

/// <summary>A checkpoint, or a file of one, that cannot be read. The message lists every problem, one a line.</summary>
public sealed class CheckpointException : Exception
{
    /// <summary>The problem of a file that does not exist.</summary>
    public const string FileMissing = "it is not there. Choose the folder of a checkpoint, or download the file";

    private const int MaxCharsShown = 1000;

    /// <summary>Creates the exception.</summary>
    /// <param name="path">The file or folder at fault.</param>
    /// <param name="problems">What was found and what would be right, at least one. Control characters are escaped, and what is long is cut.</param>
    public CheckpointException(string path, params IReadOnlyList<string> problems)
        : base($"{path} cannot be used:{string.Concat(problems.Select(problem => $"{Environment.NewLine}  - {Show(problem)}"))}") =>
        (Path, Problems) = (path, [.. problems.Select(Show)]);

    /// <summary>The file or folder at fault.</summary>
    public string Path { get; }

    /// <summary>What was found and what would be right.</summary>
    public IReadOnlyList<string> Problems { get; }

    /// <summary>A problem quotes the file, which is not trusted: it may be long, and it may hold what steers a terminal.</summary>
    private static string Show(string problem) =>
        string.Concat(problem.Take(MaxCharsShown).Select(each => char.IsControl(each) ? $"\\u{(int)each:x4}" : $"{each}"))
        + (problem.Length > MaxCharsShown ? "..." : "");
}
