using System.Runtime.CompilerServices;

namespace LoopLM.Engine.Kv;

/// <summary>
/// A count for every loop, held in place so that counting and copying allocate nothing. Loops from 32 on are counted together.
/// </summary>
public struct LoopCounts
{
    /// <summary>Loops that are counted apart; later ones count as the last.</summary>
    internal const int Length = 32;

    private Buffer _counts;

    /// <summary>The count of loop <paramref name="loop"/>, from 1.</summary>
    public readonly long this[int loop] => _counts[Math.Min(loop, Length) - 1];

    /// <summary>The counts as an array of their own, loop 1 first.</summary>
    public readonly long[] ToArray() => ((ReadOnlySpan<long>)_counts).ToArray();

    internal void Add(int loop, int change = 1) => _counts[Math.Min(loop, Length) - 1] += change;

    [InlineArray(Length)]
    private struct Buffer
    {
        private long _first;
    }
}
