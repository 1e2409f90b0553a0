using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using LoopLM.Cpu.Threading;
using LoopLM.Engine.Runners;

namespace LoopLM.Cpu.Attention;

/// <summary>
/// How the rows of a tick attend. Neighbours that see the same slots form a tile, so that their keys and values come from memory once.
/// Where the heads of keys and values are a multiple of the threads, a thread has the same ones in all tiles;
/// elsewhere the heads of the tiles are split by the positions that there are to look at.
/// </summary>
/// <param name="capacity">Most rows of a tick.</param>
/// <param name="maxTileRows">Most rows of a tile.</param>
/// <param name="kvHeads">Heads of keys and values.</param>
internal sealed class AttentionPlan(int capacity, int maxTileRows, int kvHeads)
{
    private readonly AttentionTile[] _tiles = new AttentionTile[capacity];
    private readonly int[] _positions = new int[capacity];
    private int _count;
    private long _cost;

    /// <summary>The tiles.</summary>
    public ReadOnlySpan<AttentionTile> Tiles => _tiles.AsSpan(0, _count);

    /// <summary>Positions that a row sees.</summary>
    public int Positions(int row) => _positions[row];

    /// <summary>Plans a batch.</summary>
    public void Fill(LoopBatch batch)
    {
        (_count, _cost) = (0, 0);
        var rows = batch.Rows.Length;
        for (var first = 0; first < rows;)
        {
            var slots = batch.VisibleSlots(first);
            _positions[first] = slots.Length;
            var (end, cost) = (first + 1, (long)slots.Length);
            for (; end < Math.Min(rows, first + maxTileRows); end++)
            {
                var next = batch.VisibleSlots(end);
                if (!Unsafe.AreSame(in MemoryMarshal.GetReference(slots), in MemoryMarshal.GetReference(next))
                    || next.Length < _positions[end - 1])
                {
                    break;
                }

                _positions[end] = next.Length;
                cost += next.Length;
            }

            _tiles[_count++] = new(first, end - first, cost, _cost);
            _cost += cost;
            first = end;
        }
    }

    /// <summary>Whether each thread has the same heads in all tiles: its even share of them.</summary>
    public bool KeepsHeads(int threads) => kvHeads % threads == 0;

    /// <summary>A thread's heads of keys and values of a tile.</summary>
    public Share Heads(in AttentionTile tile, int thread, int threads) => KeepsHeads(threads)
        ? Share.Of(kvHeads, thread, threads)
        : new(HeadsBefore(tile, _cost * kvHeads * thread / threads), HeadsBefore(tile, _cost * kvHeads * (thread + 1) / threads));

    /// <summary>How many heads of a tile begin before some cost is reached.</summary>
    private int HeadsBefore(in AttentionTile tile, long cost) =>
        (int)Math.Clamp((cost - (tile.CostBefore * kvHeads) + tile.Cost - 1) / tile.Cost, 0, kvHeads);
}
