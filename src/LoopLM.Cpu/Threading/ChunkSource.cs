namespace LoopLM.Cpu.Threading;

/// <summary>Chunks of items that a team shares out while it works; for <c>foreach</c>.</summary>
/// <param name="taken">How many chunks are taken of the share of each thread that works on the job.</param>
/// <param name="thread">The thread that takes.</param>
/// <param name="items">How many items there are.</param>
/// <param name="grain">Shares begin at multiples of it.</param>
/// <param name="chunk">Items of a chunk, a multiple of the grain.</param>
internal struct ChunkSource(ReadOnlyMemory<SpinCounter> taken, int thread, int items, int grain, int chunk)
{
    private int _sharesDone;

    /// <summary>The chunk that was taken last.</summary>
    public Share Current { get; private set; }

    /// <summary>This source.</summary>
    public readonly ChunkSource GetEnumerator() => this;

    /// <summary>Takes the next chunk, where one is left.</summary>
    public bool MoveNext()
    {
        for (; _sharesDone < taken.Length; _sharesDone++)
        {
            var owner = (thread + _sharesDone) % taken.Length;
            var chunks = taken.Span[owner];
            var share = Share.Of(items, owner, taken.Length, grain);
            if (chunks.Value * chunk >= share.Count)
            {
                continue;
            }

            var first = share.First + ((chunks.Increment() - 1) * chunk);
            if (first < share.End)
            {
                Current = new(first, Math.Min(share.End, first + chunk));
                return true;
            }
        }

        return false;
    }
}
