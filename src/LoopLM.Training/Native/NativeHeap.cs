using System.Runtime.InteropServices;

namespace LoopLM.Training.Native;

/// <summary>
/// Settings of glibc's heap for a process that trains. A backward pass frees hundreds of megabytes that the next
/// step takes again; by default glibc gives them back to the kernel, which then clears every page anew, and small
/// pages at that: half of a small model's training time.
/// </summary>
public static partial class NativeHeap
{
    private const int TrimThreshold = -1;
    private const int Never = -1;
    private const int MostMaps = -4;
    private const int MostArenas = -8;
    private const int HugePages = 14;
    private const nint PageSize = 4096;

    /// <summary>
    /// Keeps freed memory, shares one arena among all threads that start later, and requests huge pages. Call it once, before
    /// the threads that train. Without glibc it does nothing.
    /// </summary>
    /// <param name="bytes">How far the heap grows at once; memory is used only as it is touched.</param>
    public static void KeepMemory(long bytes)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        try
        {
            // Refusals are harmless: the heap is then as slow as it was.
            _ = mallopt(TrimThreshold, Never);
            _ = mallopt(MostMaps, 0);
            _ = mallopt(MostArenas, 1);
            var block = malloc((nuint)bytes);
            if (block != 0)
            {
                var start = (block + PageSize - 1) / PageSize * PageSize;
                _ = madvise(start, (nuint)bytes - (nuint)PageSize, HugePages);
                free(block);
            }
        }
        catch (EntryPointNotFoundException)
        {
            // Another C library, with a heap of its own ways.
        }
    }

    [LibraryImport("libc")]
    private static partial int mallopt(int parameter, int value);

    [LibraryImport("libc")]
    private static partial nint malloc(nuint bytes);

    [LibraryImport("libc")]
    private static partial void free(nint block);

    [LibraryImport("libc")]
    private static partial int madvise(nint start, nuint bytes, int advice);
}
