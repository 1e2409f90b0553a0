using System.Runtime.CompilerServices;

namespace LoopLM.Engine.Depth;

/// <summary>A count for every loop, held in place so that counting and copying allocate nothing.</summary>
public struct LoopCounts
{
    private Buffer _counts;

    /// <summary>The count of loop <paramref name="loop"/>, from 1.</summary>
    public readonly long this[int loop] => _counts[loop - 1];

    /// <summary>The counts as an array of their own, loop 1 first.</summary>
    public readonly long[] ToArray() => ((ReadOnlySpan<long>)_counts).ToArray();

    internal void Add(int loop, int change = 1) => _counts[loop - 1] += change;

    [InlineArray(GateProbabilities.MaxLoops)]
    private struct Buffer
    {
        private long _first;
    }
}
