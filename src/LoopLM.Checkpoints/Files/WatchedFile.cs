using Microsoft.Win32.SafeHandles;

namespace LoopLM.Checkpoints.Files;

/// <summary>
/// A file as it was when it was opened, or its absence. It stays open, so that a change of it and another file under its name are two
/// things. Nothing is read: length and time of change are compared.
/// </summary>
public sealed class WatchedFile : IDisposable
{
    private readonly SafeFileHandle? _file;
    private readonly FileState? _opened;

    /// <summary>Watches a file from now on. One that is not there, or cannot be opened, is watched too.</summary>
    public WatchedFile(string path) => (Path, _file) = (path, FileState.TryOpen(path, out _opened));

    /// <summary>Watches a file that is open already.</summary>
    /// <param name="path">Its name.</param>
    /// <param name="file">The file, which is closed with this.</param>
    /// <exception cref="IOException">It cannot be reached.</exception>
    internal WatchedFile(string path, SafeFileHandle file) => (Path, _file, _opened) = (path, file, FileState.Of(file));

    /// <summary>Its name when it was opened.</summary>
    public string Path { get; }

    /// <summary>What has been done to the file that was opened, as the rest of a sentence; null where nothing is seen.</summary>
    public string? FindChange()
    {
        if (_file is null || _opened is not { } opened)
        {
            return null;
        }

        try
        {
            var now = FileState.Of(_file);
            return now == opened ? null
                : now.Length != opened.Length ? $"it had {opened.Length} bytes and has {now.Length}"
                : $"it was written to at {now.Modified:yyyy-MM-dd HH:mm:ss} UTC";
        }
        catch (IOException exception)
        {
            return $"it cannot be reached: {exception.Message}";
        }
    }

    /// <summary>How the name came to mean another file, or none, as what is said of it; null where it means what was opened.</summary>
    public string? FindReplacement()
    {
        var there = FileState.Of(Path);
        return there == _opened ? null
            : _opened is null ? "is there now, and was not at start"
            : there is null ? "is gone"
            : FindChange() is null ? "was replaced by another file"
            : null;
    }

    /// <inheritdoc/>
    public void Dispose() => _file?.Dispose();
}
