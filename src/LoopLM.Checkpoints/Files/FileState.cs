using Microsoft.Win32.SafeHandles;

namespace LoopLM.Checkpoints.Files;

/// <summary>By what a change of a file is noticed without reading it.</summary>
/// <param name="Length">Its bytes.</param>
/// <param name="Modified">When it was last written to, in UTC.</param>
public readonly record struct FileState(long Length, DateTime Modified)
{
    /// <summary>The state of the file behind a name, through links; null where it cannot be opened.</summary>
    public static FileState? Of(string path)
    {
        using var file = TryOpen(path, out var state);
        return state;
    }

    /// <summary>Opens the file behind a name and lets others do with it what they like; null where that cannot be.</summary>
    internal static SafeFileHandle? TryOpen(string path, out FileState? state)
    {
        state = null;
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            var file = File.OpenHandle(path, share: FileShare.ReadWrite | FileShare.Delete);
            state = Of(file);
            return file;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The state of an open file, whatever its name means by now.</summary>
    /// <exception cref="IOException">It cannot be reached any more, as on a network mount that is gone.</exception>
    public static FileState Of(SafeFileHandle file) => new(RandomAccess.GetLength(file), File.GetLastWriteTimeUtc(file));
}
