using LoopLM.Engine.Runners;

namespace LoopLM.Benchmarks.Attention;

/// <summary>One row of each of several sequences of equal length, whose slots lie among one another as if they had been generated together.</summary>
internal sealed class DecodeBatch(int sequences, int positions) : LoopBatch
{
    private readonly int[][] _slots =
        [.. Enumerable.Range(0, sequences).Select(sequence => Enumerable.Range(0, positions).Select(position => (position * sequences) + sequence).ToArray())];

    private readonly LoopRow[] _rows = [.. Enumerable.Range(0, sequences).Select(sequence => new LoopRow(sequence, sequence, positions - 1, 1, sequence, 0))];

    public override long Tick => 1;

    public override ReadOnlySpan<LoopRow> Rows => _rows;

    public override ReadOnlySpan<int> VisibleSlots(int row) => _slots[row];
}
