using LoopLM.Engine.Runners;
using LoopLM.Testing;

namespace LoopLM.Cpu.Tests;

/// <summary>
/// One loop over neighbouring positions of one sequence, whose row slot, KV slot and position are the same number from a first one.
/// </summary>
internal sealed class ChunkBatch
{
    public ChunkBatch(int first, int count, int loop, Func<LoopRow, LoopRow>? change = null)
    {
        Slots = [.. Enumerable.Range(first, count)];
        Rows =
        [
            .. Enumerable.Range(0, count).Select(position =>
            {
                var row = new LoopRow(first + position, first, position, loop, first + position, (first + (7 * position)) % 50);
                return (change is null ? row : change(row), (ReadOnlyMemory<int>)Slots.AsMemory(0, position + 1));
            })
        ];
        Batch = TestBatch.Of(Rows);
    }

    public int[] Slots { get; }

    public IReadOnlyList<(LoopRow Row, ReadOnlyMemory<int> Slots)> Rows { get; }

    public LoopBatch Batch { get; }
}
