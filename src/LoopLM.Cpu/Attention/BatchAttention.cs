using LoopLM.Cpu.Kernels;
using LoopLM.Cpu.Storage;
using LoopLM.Cpu.Threading;
using LoopLM.Engine.Runners;

namespace LoopLM.Cpu.Attention;

/// <summary>
/// softmax(queries . keys) values for the rows of a tick, block by block of positions, so that what
/// rows and heads of a tile share stays in the cache.
/// </summary>
/// <remarks>
/// A lane is one query: a head of a row. All scores of some lanes are computed first, then what they weigh. Blocks begin at fixed
/// positions, and no lane's numbers meet another's: what a row gets does not depend on its tile.
/// </remarks>
internal sealed unsafe class BatchAttention(AttentionShape shape, VectorKernels kernels, KvCache cache, Activations activations)
{
    // Bytes of the slots of a block: what lies beside a head, which the processor brings along, stays in the cache until its turn comes.
    private const int BlockBytes = 48 << 10;

    // Positions that are scored together.
    private const int BlockGrain = 8;
    private const int MaxBlock = 256;

    // Rows of a tile meet a slot together; two heads of as many bring its neighbours in with it.
    private const int MaxTileRows = 32;
    private const int UsualLanes = 64;

    private readonly SlotAttention _slots = kernels.CreateAttention(cache.Type, cache.HeadLength, cache.SlotBytes);
    private readonly int _block = Math.Clamp(
        ((int)(BlockBytes / cache.SlotBytes) + BlockGrain - 1) / BlockGrain * BlockGrain, BlockGrain, MaxBlock);
    private readonly AttentionPlan _plan = new(activations.Rows, Math.Min(MaxTileRows, Lanes(shape) / shape.Group), shape.KvHeads);

    /// <summary>
    /// Whether <see cref="Attend"/> also prepares what it brought: not where heads share groups, which then belong to several threads.
    /// </summary>
    public bool Prepares { get; } = shape.HeadDimension % activations.Attended.Grain == 0;

    /// <summary>Lanes that are computed together at most.</summary>
    public static int Lanes(AttentionShape shape) => Math.Max(UsualLanes, shape.Group);

    /// <summary>Plans a tick; before any thread attends.</summary>
    public void Plan(LoopBatch batch) => _plan.Fill(batch);

    /// <summary>Whether each thread attends for its even share of the heads of keys and values, in all rows.</summary>
    public bool KeepsHeads(int threads) => _plan.KeepsHeads(threads);

    /// <summary>Stores one head of a row's keys or values.</summary>
    /// <param name="head">The numbers, padded.</param>
    /// <param name="slots">Slot 0 of that head in the cache.</param>
    /// <param name="slot">The slot to write.</param>
    public void Write(float* head, byte* slots, int slot) => _slots.Write(head, slots, slot);

    /// <summary>
    /// Does a thread's part: from the queries in <see cref="Activations.Projected"/> to <see cref="Activations.Attended"/>.
    /// </summary>
    /// <param name="batch">The batch that was planned.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="thread">The thread, from 0.</param>
    /// <param name="threads">Threads in all.</param>
    public void Attend(LoopBatch batch, int layer, int thread, int threads)
    {
        foreach (ref readonly var tile in _plan.Tiles)
        {
            var kvHeads = _plan.Heads(tile, thread, threads);
            if (kvHeads.Count == 0)
            {
                continue;
            }

            var headsAtOnce = Lanes(shape) / (tile.Rows * shape.Group);
            fixed (int* slots = batch.VisibleSlots(tile.LastRow))
            {
                for (var first = kvHeads.First; first < kvHeads.End; first += headsAtOnce)
                {
                    AttendHeads(tile, new(first, Math.Min(kvHeads.End, first + headsAtOnce)), layer, thread, slots);
                }
            }
        }
    }

    private void AttendHeads(in AttentionTile tile, Share kvHeads, int layer, int thread, int* slots)
    {
        var positions = _plan.Positions(tile.LastRow);
        for (var block = 0; block < positions; block += _block)
        {
            for (var kvHead = kvHeads.First; kvHead < kvHeads.End; kvHead++)
            {
                Score(tile, kvHeads, kvHead, cache.Keys(layer, kvHead), thread, slots, block);
            }
        }

        var lanes = kvHeads.Count * shape.Group * tile.Rows;
        var factors = stackalloc float[lanes];
        for (var lane = 0; lane < lanes; lane++)
        {
            factors[lane] = 1 / _slots.Exponentiate(activations.Scores(thread, lane), _plan.Positions(tile.FirstRow + (lane % tile.Rows)));
            new Span<float>(activations.AttendedHead(thread, lane), activations.HeadLength).Clear();
        }

        for (var block = 0; block < positions; block += _block)
        {
            for (var kvHead = kvHeads.First; kvHead < kvHeads.End; kvHead++)
            {
                Mix(tile, kvHeads, kvHead, cache.Values(layer, kvHead), thread, slots, block);
            }
        }

        for (var lane = 0; lane < lanes; lane++)
        {
            var attended = activations.AttendedHead(thread, lane);
            _slots.Scale(attended, factors[lane]);
            Store(tile, kvHeads, lane, attended);
        }
    }

    /// <summary>Scores of positions that a row does not see go with what pads its scores.</summary>
    private void Score(in AttentionTile tile, Share kvHeads, int kvHead, byte* keys, int thread, int* slots, int block)
    {
        var lane = (kvHead - kvHeads.First) * shape.Group * tile.Rows;
        for (var head = kvHead * shape.Group; head < (kvHead + 1) * shape.Group; head++, lane += tile.Rows)
        {
            _slots.Score(
                activations.ProjectedHead(tile.FirstRow, head), activations.ProjectedLength,
                tile.Rows, keys, slots + block, BlockCount(tile.LastRow, block),
                activations.Scores(thread, lane) + block, activations.LaneLength);
        }
    }

    /// <summary>Rows that see all of a block are mixed together; the first ones may see a part of it, or nothing.</summary>
    private void Mix(in AttentionTile tile, Share kvHeads, int kvHead, byte* values, int thread, int* slots, int block)
    {
        var lane = (kvHead - kvHeads.First) * shape.Group * tile.Rows;
        var most = BlockCount(tile.LastRow, block);
        for (var head = 0; head < shape.Group; head++)
        {
            for (int row = tile.FirstRow, rows; row <= tile.LastRow; row += rows, lane += rows)
            {
                var count = BlockCount(row, block);
                rows = count == most ? tile.LastRow + 1 - row : 1;
                if (count > 0)
                {
                    _slots.Mix(
                        activations.Scores(thread, lane) + block, rows, values, slots + block,
                        count, activations.AttendedHead(thread, lane), activations.LaneLength);
                }
            }
        }
    }

    /// <summary>Positions of a block that a row sees; none or less where it sees none.</summary>
    private int BlockCount(int row, int block) => Math.Min(_block, _plan.Positions(row) - block);

    private void Store(in AttentionTile tile, Share kvHeads, int lane, float* attended)
    {
        var (head, row) = Math.DivRem(lane, tile.Rows);
        row += tile.FirstRow;
        var first = ((kvHeads.First * shape.Group) + head) * shape.HeadDimension;
        new ReadOnlySpan<float>(attended, shape.HeadDimension).CopyTo(new(activations.Attended[row] + first, shape.HeadDimension));
        if (Prepares)
        {
            activations.Attended.Prepare(row, first, shape.HeadDimension);
        }
    }
}
