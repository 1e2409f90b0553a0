namespace LoopLM.Engine.Kv;

/// <summary>
/// Maps (sequence, position) to position slots and owns which are free. A sequence is opened only if
/// all its positions fit beside those of the others.
/// </summary>
/// <param name="slots">Slots in all; 0 where the model needs none, and then nothing is kept.</param>
/// <param name="sequences">Sequence numbers are 0..sequences-1.</param>
internal sealed class PositionLedger(int slots, int sequences)
{
    private readonly Stack<int> _free = new(Enumerable.Range(0, slots).Reverse());
    private readonly int[]?[] _tables = new int[]?[sequences];
    private readonly int[] _counts = new int[sequences];
    private int _committed;

    /// <summary>Slots that hold something.</summary>
    public int UsedSlots => slots - _free.Count;

    public bool TryOpen(int sequence, int positions)
    {
        if (slots == 0)
        {
            return true;
        }

        if (positions > slots - _committed)
        {
            return false;
        }

        _committed += positions;
        _tables[sequence] = new int[positions];
        _counts[sequence] = 0;
        return true;
    }

    /// <summary>Gives the next position of a sequence its slot. Positions come in order.</summary>
    public void Take(int sequence, int position)
    {
        if (_tables[sequence] is { } table && position == _counts[sequence])
        {
            table[_counts[sequence]++] = _free.Pop();
        }
    }

    /// <summary>Frees the slots from a position on.</summary>
    public void Drop(int sequence, int fromPosition)
    {
        while (_tables[sequence] is { } table && _counts[sequence] > fromPosition)
        {
            _free.Push(table[--_counts[sequence]]);
        }
    }

    public void Close(int sequence)
    {
        Drop(sequence, fromPosition: 0);
        _committed -= _tables[sequence]?.Length ?? 0;
        _tables[sequence] = null;
    }

    public ReadOnlyMemory<int> Slots(int sequence, int count) => _tables[sequence]?.AsMemory(0, count) ?? default;

    /// <summary>Recounts everything from the tables.</summary>
    /// <exception cref="InvalidOperationException">A slot is lost or used twice, or too much is committed.</exception>
    public void Audit()
    {
        var used = _tables.Zip(_counts).SelectMany(pair => pair.First?.Take(pair.Second) ?? []);
        var isCommitted = _committed <= slots && _tables.Sum(table => table?.Length ?? 0) == _committed;
        if (!isCommitted || !used.Concat(_free).Order().SequenceEqual(Enumerable.Range(0, slots)))
        {
            throw new InvalidOperationException("KV ledger: a position slot is lost or used twice, or too many are committed.");
        }
    }
}
