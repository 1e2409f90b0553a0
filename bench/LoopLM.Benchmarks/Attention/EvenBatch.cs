using LoopLM.Engine.Runners;

namespace LoopLM.Benchmarks.Attention;

/// <summary>
/// The last rows of several sequences of equal length, whose slots lie among one another as if they had been generated together.
/// </summary>
internal static class EvenBatch
{
    public static LoopBatch Of(BatchShape shape)
    {
        var rows = new LoopBatchBuilder(shape.Requests * shape.Rows);
        for (var sequence = 0; sequence < shape.Requests; sequence++)
        {
            var slots = Enumerable.Range(0, shape.Positions).Select(position => (position * shape.Requests) + sequence).ToArray();
            for (var row = 0; row < shape.Rows; row++)
            {
                var position = shape.Positions - shape.Rows + row;
                rows.Add(new LoopRow((sequence * shape.Rows) + row, sequence, position, 1, sequence, 0), slots.AsMemory(0, position + 1));
            }
        }

        return rows.Batch;
    }
}
