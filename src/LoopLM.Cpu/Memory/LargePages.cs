using System.Runtime.InteropServices;

namespace LoopLM.Cpu.Memory;

/// <summary>
/// Asks Linux to back memory by large pages, of which a processor remembers enough to reach
/// gigabytes in any order; elsewhere it does nothing.
/// </summary>
internal static unsafe partial class LargePages
{
    // MADV_HUGEPAGE of <sys/mman.h>.
    private const int Advice = 14;

    /// <summary>Requests memory that begins at a page. Where the system refuses, pages stay small.</summary>
    public static void Advise(byte* memory, long bytes)
    {
        if (OperatingSystem.IsLinux())
        {
            _ = AdviseMemory(memory, (nuint)bytes, Advice);
        }
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int AdviseMemory(byte* memory, nuint bytes, int advice);
}
