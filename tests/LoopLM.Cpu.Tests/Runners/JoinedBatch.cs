using LoopLM.Engine.Runners;

namespace LoopLM.Cpu.Tests.Runners;

/// <summary>The rows of two batches.</summary>
internal sealed class JoinedBatch(LoopBatch first, LoopBatch second) : LoopBatch
{
    private readonly LoopRow[] _rows = [.. first.Rows, .. second.Rows];

    public override long Tick => first.Tick;

    public override ReadOnlySpan<LoopRow> Rows => _rows;

    public override ReadOnlySpan<int> VisibleSlots(int row) =>
        row < first.Rows.Length ? first.VisibleSlots(row) : second.VisibleSlots(row - first.Rows.Length);
}
