using LoopLM.Engine.Runners;

namespace LoopLM.Benchmarks.Attention;

/// <summary>The last rows of several sequences of equal length, whose slots lie among one another as if they had been generated together.</summary>
internal sealed class EvenBatch(BatchShape shape) : LoopBatch
{
    private readonly int[][] _slots =
    [
        .. Enumerable.Range(0, shape.Requests)
            .Select(sequence => Enumerable.Range(0, shape.Positions).Select(position => (position * shape.Requests) + sequence).ToArray()),
    ];

    private readonly LoopRow[] _rows =
    [
        .. from sequence in Enumerable.Range(0, shape.Requests)
           from row in Enumerable.Range(0, shape.Rows)
           select new LoopRow((sequence * shape.Rows) + row, sequence, shape.Positions - shape.Rows + row, 1, sequence, 0),
    ];

    public override long Tick => 1;

    public override ReadOnlySpan<LoopRow> Rows => _rows;

    public override ReadOnlySpan<int> VisibleSlots(int row) => _slots[row / shape.Rows].AsSpan(0, _rows[row].Position + 1);
}
