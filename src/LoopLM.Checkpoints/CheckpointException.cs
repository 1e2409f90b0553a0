namespace LoopLM.Checkpoints;

/// <summary>A checkpoint, or a file of one, that cannot be read. The message lists every problem, one a line.</summary>
public sealed class CheckpointException : Exception
{
    /// <summary>The problem of a file that does not exist.</summary>
    public const string FileMissing = "it is not there. Choose the folder of a checkpoint, or download the file";

    /// <summary>Creates the exception.</summary>
    /// <param name="path">The file or folder at fault.</param>
    /// <param name="problems">
    /// What was found and what would be right, at least one. Control characters are escaped, and what is long is cut.
    /// </param>
    public CheckpointException(string path, params IReadOnlyList<string> problems)
        : base(
            $"{path} cannot be used:{string.Concat(problems.Select(problem => $"{Environment.NewLine}  - {FileText.Show(problem)}"))}") =>
        (Path, Problems) = (path, [.. problems.Select(FileText.Show)]);

    /// <summary>The file or folder at fault.</summary>
    public string Path { get; }

    /// <summary>What was found and what would be right.</summary>
    public IReadOnlyList<string> Problems { get; }
}
