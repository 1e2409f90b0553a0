using LoopLM.Engine.Depth;

namespace LoopLM.Engine.Scheduling;

/// <summary>The rows in flight, in the order in which they started, and the row slots that are free.</summary>
internal sealed class RowTable
{
    private readonly InFlightRow[] _rows;
    private readonly int[] _freeSlots;
    private readonly GateProbabilities[] _gates;

    public RowTable(int capacity)
    {
        _rows = new InFlightRow[capacity];
        _gates = new GateProbabilities[capacity];
        _freeSlots = new int[capacity];
        for (var i = 0; i < capacity; i++)
        {
            _freeSlots[i] = capacity - 1 - i;
        }
    }

    public int Count { get; private set; }

    public int Free => _rows.Length - Count;

    public ref InFlightRow this[int index] => ref _rows[index];

    /// <summary>The gate probabilities of the row in a row slot.</summary>
    public ref GateProbabilities Gates(int rowSlot) => ref _gates[rowSlot];

    public void Start(Sequence sequence, int position, int token)
    {
        var rowSlot = _freeSlots[Free - 1];
        _gates[rowSlot] = default;
        _rows[Count++] = new InFlightRow
        {
            Sequence = sequence,
            Position = position,
            Token = token,
            RowSlot = rowSlot,
            Distribution = new ExitDistribution(),
            LoopLogprobs = sequence.LoopLogprobs > 0 && position >= sequence.Prompt.Length - 1 ? [] : null,
        };
    }

    /// <summary>Removes the rows that have left and those of sequences that have ended; the others keep their order, so that a chunk stays together.</summary>
    /// <param name="left">For each row whether it has left.</param>
    public void Compact(ReadOnlySpan<bool> left)
    {
        var kept = 0;
        var count = Count;
        for (var i = 0; i < count; i++)
        {
            if (left[i] || _rows[i].Sequence.HasEnded)
            {
                _freeSlots[_rows.Length - count + i - kept] = _rows[i].RowSlot;
            }
            else
            {
                _rows[kept++] = _rows[i];
            }
        }

        Array.Clear(_rows, kept, count - kept);
        Count = kept;
    }

    /// <summary>Checks that every row slot is free or in flight, and that every row belongs to a running sequence.</summary>
    /// <exception cref="InvalidOperationException">One does not.</exception>
    public void Audit(IReadOnlyCollection<Sequence> running)
    {
        var rows = _rows.AsSpan(0, Count).ToArray();
        var slots = rows.Select(row => row.RowSlot).Concat(_freeSlots.Take(Free));
        if (!slots.Order().SequenceEqual(Enumerable.Range(0, _rows.Length)))
        {
            throw new InvalidOperationException("Row table: a row slot is lost or used twice.");
        }

        if (rows.Any(row => !running.Contains(row.Sequence)) || rows.DistinctBy(row => (row.Sequence, row.Position)).Count() != rows.Length)
        {
            throw new InvalidOperationException("Row table: a row has no running sequence, or a twin.");
        }

        if (rows.Where(row => !row.IsPrompt).Select(row => row.Sequence).ToHashSet() is var decoding && running.Any(sequence => sequence.IsDecoding != decoding.Contains(sequence)))
        {
            throw new InvalidOperationException("Row table: a sequence is decoding without a row, or the other way round.");
        }
    }
}
