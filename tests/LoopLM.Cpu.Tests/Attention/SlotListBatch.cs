using LoopLM.Engine.Runners;

namespace LoopLM.Cpu.Tests.Attention;

/// <summary>Rows that each see the first so many slots of a list.</summary>
internal sealed class SlotListBatch(params (int[] Slots, int Count)[] rows) : LoopBatch
{
    private readonly LoopRow[] _rows = [.. rows.Select((row, index) => new LoopRow(index, 0, row.Count - 1, 1, row.Slots[row.Count - 1], 0))];

    public override long Tick => 1;

    public override ReadOnlySpan<LoopRow> Rows => _rows;

    public override ReadOnlySpan<int> VisibleSlots(int row) => rows[row].Slots.AsSpan(0, rows[row].Count);
}
