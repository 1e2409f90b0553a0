using LoopLM.Engine.Runners;

namespace LoopLM.Testing;

/// <summary>Batches as tests need them.</summary>
public static class TestBatch
{
    /// <summary>A batch of rows, each with the slots that it sees.</summary>
    public static LoopBatch Of(params IReadOnlyList<(LoopRow Row, ReadOnlyMemory<int> Slots)> rows)
    {
        var builder = new LoopBatchBuilder(rows.Count);
        foreach (var (row, slots) in rows)
        {
            builder.Add(row, slots);
        }

        return builder.Batch;
    }

    /// <summary>A batch for the head: rows of which only the slots matter.</summary>
    public static LoopBatch ForHead(params IEnumerable<int> rowSlots) =>
        Of([.. rowSlots.Select(slot => (new LoopRow(slot, 0, 0, 1, 0, 0), ReadOnlyMemory<int>.Empty))]);
}
