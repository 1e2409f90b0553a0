namespace LoopLM.Engine.Runners;

/// <summary>
/// Rows of any sequences, positions and loops that go through the layers, or the head, together. A <see cref="LoopBatchBuilder"/> fills it.
/// It does not change while a runner reads it, and several threads may read it at once.
/// Rows of one sequence and loop are together in rising positions, so that a runner can treat them as one chunk.
/// </summary>
public sealed class LoopBatch
{
    private readonly LoopRow[] _rows;
    private readonly ReadOnlyMemory<int>[] _visible;
    private readonly ReadOnlyMemory<int>[] _positions;
    private int _count;

    internal LoopBatch(int capacity)
    {
        _rows = new LoopRow[capacity];
        _visible = new ReadOnlyMemory<int>[capacity];
        _positions = new ReadOnlyMemory<int>[capacity];
    }

    /// <summary>The rows, at most <see cref="RunnerCapacity.Rows"/>.</summary>
    public ReadOnlySpan<LoopRow> Rows => _rows.AsSpan(0, _count);

    /// <summary>
    /// The KV slots of the core that a row attends to, one for each position 0..Position, its own (<see cref="LoopRow.KvSlot"/>) last.
    /// All K and V of a batch are written before any is read, layer by layer: rows of one chunk see each other.
    /// </summary>
    /// <param name="row">Index into <see cref="Rows"/>.</param>
    public ReadOnlySpan<int> VisibleSlots(int row) => _visible[row].Span;

    /// <summary>
    /// The position slots that a row attends to in a prelude, which runs before loop 1, or in a coda, which runs before the
    /// head; its own last. Empty where the model has neither there.
    /// </summary>
    /// <param name="row">Index into <see cref="Rows"/>.</param>
    public ReadOnlySpan<int> PositionSlots(int row) => _positions[row].Span;

    internal void Clear() => _count = 0;

    internal void Add(in LoopRow row, ReadOnlyMemory<int> visible, ReadOnlyMemory<int> positions)
    {
        _rows[_count] = row;
        _visible[_count] = visible;
        _positions[_count++] = positions;
    }
}
