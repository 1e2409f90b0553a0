using System.Runtime.InteropServices;

namespace LoopLM.Cpu.Threading;

/// <summary>Binds threads to processors on Linux; elsewhere it does nothing and the system places them.</summary>
internal static unsafe partial class ProcessorAffinity
{
    // The kernel's limit for this call is the machine's number of processors; 8192 is more than any has.
    private const int MaskWords = 128;

    /// <summary>The processors that the calling thread may run on, in rising order; empty where the system does not tell.</summary>
    public static int[] Allowed()
    {
        if (!OperatingSystem.IsLinux())
        {
            return [];
        }

        var mask = new ulong[MaskWords];
        fixed (ulong* words = mask)
        {
            return GetAffinity(0, MaskWords * sizeof(ulong), words) < 0
                ? []
                : [.. Enumerable.Range(0, MaskWords * 64).Where(processor => (mask[processor / 64] >> (processor % 64) & 1) != 0)];
        }
    }

    /// <summary>Binds the calling thread to one processor. Where the system refuses, the thread stays free.</summary>
    public static void Bind(int processor)
    {
        var mask = stackalloc ulong[MaskWords];
        new Span<ulong>(mask, MaskWords).Clear();
        mask[processor / 64] = 1UL << (processor % 64);
        _ = SetAffinity(0, MaskWords * sizeof(ulong), mask);
    }

    [LibraryImport("libc", EntryPoint = "sched_getaffinity")]
    private static partial int GetAffinity(int thread, nuint size, ulong* mask);

    [LibraryImport("libc", EntryPoint = "sched_setaffinity")]
    private static partial int SetAffinity(int thread, nuint size, ulong* mask);
}
