using LoopLM.Engine.Runners;

namespace LoopLM.Cpu.Tests.Runners;

/// <summary>One loop over neighbouring positions of one sequence, whose row slot, KV slot and position are the same number from a first one.</summary>
internal sealed class ChunkBatch(int first, int count, int loop, Func<LoopRow, LoopRow>? change = null) : LoopBatch
{
    private readonly LoopRow[] _rows =
    [
        .. Enumerable.Range(0, count).Select(position =>
        {
            var row = new LoopRow(first + position, first, position, loop, first + position, (first + (7 * position)) % 50);
            return change is null ? row : change(row);
        })
    ];

    public int[] Slots { get; } = [.. Enumerable.Range(first, count)];

    public override long Tick => loop;

    public override ReadOnlySpan<LoopRow> Rows => _rows;

    public override ReadOnlySpan<int> VisibleSlots(int row) => Slots.AsSpan(0, row + 1);
}
