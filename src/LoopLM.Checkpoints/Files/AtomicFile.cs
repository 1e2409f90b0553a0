using System.Runtime.InteropServices;

namespace LoopLM.Checkpoints.Files;

/// <summary>
/// Writes files that are whole or not there, whatever ends the program or the machine. A file is written under a
/// temporary name beside its own, is brought to the disk, and then takes the name. What a killed run has left
/// under the temporary name is overwritten by the next one.
/// </summary>
public static partial class AtomicFile
{
    private const string Ending = ".tmp";

    /// <summary>Writes a file, in the place of another where there is one.</summary>
    /// <param name="path">The file; its folder exists.</param>
    /// <param name="write">Writes the content. Where it throws, what was there before stays.</param>
    /// <exception cref="IOException">It cannot be written, or somebody else writes it now.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        var temporary = path + Ending;
        var file = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None);
        try
        {
            using (file)
            {
                write(file);
                file.Flush(flushToDisk: true);
            }
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }

        File.Move(temporary, path, overwrite: true);
        FlushFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    /// <inheritdoc cref="Write(string, Action{Stream})"/>
    /// <param name="path">The file.</param>
    /// <param name="text">Its content, written as UTF-8.</param>
    public static void Write(string path, string text) => Write(path, file => file.Write(System.Text.Encoding.UTF8.GetBytes(text)));

    /// <summary>Copies a file, in the place of another where there is one.</summary>
    /// <param name="from">The file.</param>
    /// <param name="to">Its copy; nothing happens where that is the same file.</param>
    /// <exception cref="IOException">It cannot be read or written.</exception>
    public static void Copy(string from, string to)
    {
        if (Path.GetFullPath(from) != Path.GetFullPath(to))
        {
            using var source = File.OpenRead(from);
            Write(to, source.CopyTo);
        }
    }

    /// <summary>Brings the names of a folder to the disk. Windows does so by itself.</summary>
    private static void FlushFolder(string folder)
    {
        const int ReadOnly = 0;
        if (!OperatingSystem.IsWindows() && Open(folder, ReadOnly) is >= 0 and var opened)
        {
            // Some network mounts flush no folders; the file itself is on the disk.
            _ = Flush(opened);
            _ = Close(opened);
        }
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync")]
    private static partial int Flush(int file);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int file);
}
