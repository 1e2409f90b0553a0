using System.Runtime.InteropServices;

namespace LoopLM.Cpu.Threading;

/// <summary>A number that threads spin on, on a cache line of its own.</summary>
internal sealed class SpinCounter
{
    private Line _line;

    /// <summary>The number; read and written with acquire and release order.</summary>
    public int Value
    {
        get => Volatile.Read(ref _line.Number);
        set => Volatile.Write(ref _line.Number, value);
    }

    /// <summary>Adds one with a full fence and returns the sum.</summary>
    public int Increment() => Interlocked.Increment(ref _line.Number);

    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Line
    {
        [FieldOffset(128)]
        public int Number;
    }
}
