using System.Numerics;
using System.Runtime.InteropServices;
using SharpFuzz.Common;

namespace LoopLM.Fuzz.Fuzzing;

/// <summary>
/// Watches which branches instrumented code takes, and how often: what SharpFuzz's instructions write, in memory of this process.
/// </summary>
internal sealed unsafe class CoverageMap : IDisposable
{
    private const int Size = 1 << 16;

    private readonly byte* _map = (byte*)NativeMemory.AllocZeroed(Size);
    private readonly byte[] _seen = new byte[Size];

    /// <summary>Makes the map that instrumented code of this process writes to.</summary>
    public CoverageMap() => Trace.SharedMem = _map;

    /// <summary>Forgets what was taken.</summary>
    public void Clear()
    {
        new Span<byte>(_map, Size).Clear();
        Trace.PrevLocation = 0;
    }

    /// <summary>Whether something was taken, or taken about twice as often, that was not before; it counts as seen from now on.</summary>
    public bool Learn()
    {
        var map = new ReadOnlySpan<byte>(_map, Size);
        var isNew = false;
        for (var at = map.IndexOfAnyExcept((byte)0); at >= 0; at = Next(map, at))
        {
            var often = (byte)(1 << BitOperations.Log2(map[at]));
            isNew |= (_seen[at] & often) == 0;
            _seen[at] |= often;
        }

        return isNew;
    }

    /// <summary>Branches that were taken so far.</summary>
    public int Count => Size - _seen.AsSpan().Count((byte)0);

    /// <inheritdoc/>
    public void Dispose()
    {
        // Threads of a server may still write.
        Trace.SharedMem = (byte*)NativeMemory.AllocZeroed(Size);
        NativeMemory.Free(_map);
    }

    private static int Next(ReadOnlySpan<byte> map, int at)
    {
        var next = map[(at + 1)..].IndexOfAnyExcept((byte)0);
        return next < 0 ? -1 : at + 1 + next;
    }
}
