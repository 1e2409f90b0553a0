using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace LoopLM.Cpu.Memory;

/// <summary>
/// Says what will be read next: a processor foresees no further than the page that it reads, and
/// rows of weights are not much longer than one.
/// </summary>
internal static unsafe class Prefetch
{
    /// <summary>Bytes of a cache line.</summary>
    public const int Line = 64;

    /// <summary>The first whole line of some room that has one to spare: vectors that cross a line take twice as long.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float* AlignToLine(byte* room) => (float*)((nuint)(room + Line - 1) & ~(nuint)(Line - 1));

    /// <summary>Brings a line to the second-level cache. Any address may be given.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ToSecondLevel(byte* address)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch1(address);
        }
    }
}
