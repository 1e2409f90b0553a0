namespace LoopLM.Engine.Runners;

/// <summary>
/// The plan of one tick: rows of any sequences, positions and loops that go through the layers together.
/// It does not change while a runner reads it, and several threads may read it at once.
/// Rows of one sequence and loop stand together in rising positions, so that a runner can treat them as one chunk.
/// </summary>
public abstract class LoopBatch
{
    /// <summary>Number of the tick, from 1.</summary>
    public abstract long Tick { get; }

    /// <summary>The rows, at most <see cref="RunnerCapacity.Rows"/>.</summary>
    public abstract ReadOnlySpan<LoopRow> Rows { get; }

    /// <summary>
    /// The KV slots that a row attends to, one per position 0..Position, its own (<see cref="LoopRow.KvSlot"/>) last.
    /// All K and V of a tick are written before any is read, layer by layer: rows of one chunk see each other.
    /// </summary>
    /// <param name="row">Index into <see cref="Rows"/>.</param>
    public abstract ReadOnlySpan<int> VisibleSlots(int row);
}
