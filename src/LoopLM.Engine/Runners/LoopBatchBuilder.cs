namespace LoopLM.Engine.Runners;

/// <summary>Fills a <see cref="LoopBatch"/>, again and again without allocating.</summary>
/// <param name="capacity">Most rows.</param>
public sealed class LoopBatchBuilder(int capacity)
{
    /// <summary>The batch, which holds what was added since the last <see cref="Clear"/>.</summary>
    public LoopBatch Batch { get; } = new(capacity);

    /// <summary>Removes all rows.</summary>
    public void Clear() => Batch.Clear();

    /// <summary>Adds a row.</summary>
    /// <param name="row">The row.</param>
    /// <param name="visibleSlots">See <see cref="LoopBatch.VisibleSlots"/>. It must not change while the batch is in use.</param>
    /// <param name="positionSlots">See <see cref="LoopBatch.PositionSlots"/>. It must not change while the batch is in use.</param>
    /// <exception cref="IndexOutOfRangeException">The batch is full.</exception>
    public void Add(in LoopRow row, ReadOnlyMemory<int> visibleSlots, ReadOnlyMemory<int> positionSlots = default) =>
        Batch.Add(row, visibleSlots, positionSlots);
}
