using LoopLM.Engine.Depth;

namespace LoopLM.Engine.Scheduling;

/// <summary>The rows in flight, in the order in which they started, those that are held, and the row slots that are free.</summary>
internal sealed class RowTable
{
    private readonly InFlightRow[] _rows;
    private readonly InFlightRow[] _held;
    private readonly int[] _freeSlots;
    private readonly GateProbabilities[] _gates;

    public RowTable(int capacity)
    {
        _rows = new InFlightRow[capacity];
        _held = new InFlightRow[capacity];
        _gates = new GateProbabilities[capacity];
        _freeSlots = new int[capacity];
        for (var i = 0; i < capacity; i++)
        {
            _freeSlots[i] = capacity - 1 - i;
        }
    }

    /// <summary>Rows in flight.</summary>
    public int Count { get; private set; }

    /// <summary>Rows that wait for their masks.</summary>
    public int Held { get; private set; }

    public int Free => _rows.Length - Count - Held;

    /// <summary>Whether the mask of a held row is there.</summary>
    public bool CanResume
    {
        get
        {
            for (var i = 0; i < Held; i++)
            {
                if (_held[i].IsResumable)
                {
                    return true;
                }
            }

            return false;
        }
    }

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

    /// <summary>Puts the held rows whose masks are there behind the rows in flight.</summary>
    /// <returns>The index of the first.</returns>
    public int Resume()
    {
        var (first, kept) = (Count, 0);
        for (var i = 0; i < Held; i++)
        {
            if (_held[i].IsResumable)
            {
                _rows[Count] = _held[i];
                _rows[Count++].IsHeld = false;
            }
            else
            {
                _held[kept++] = _held[i];
            }
        }

        Array.Clear(_held, kept, Held - kept);
        Held = kept;
        return first;
    }

    /// <summary>
    /// Removes the rows that have left and those of sequences that have ended, and sets those aside that are held. The others keep their order, so
    /// that a chunk stays together.
    /// </summary>
    /// <param name="left">For each row whether it has left.</param>
    public void Compact(ReadOnlySpan<bool> left)
    {
        var (free, kept, held) = (Free, 0, 0);
        for (var i = 0; i < Held; i++)
        {
            if (_held[i].Sequence.HasEnded)
            {
                _freeSlots[free++] = _held[i].RowSlot;
            }
            else
            {
                _held[held++] = _held[i];
            }
        }

        for (var i = 0; i < Count; i++)
        {
            if (left[i] || _rows[i].Sequence.HasEnded)
            {
                _freeSlots[free++] = _rows[i].RowSlot;
            }
            else if (_rows[i].IsHeld)
            {
                _held[held++] = _rows[i];
            }
            else
            {
                _rows[kept++] = _rows[i];
            }
        }

        Array.Clear(_rows, kept, Count - kept);
        Array.Clear(_held, held, Math.Max(0, Held - held));
        (Count, Held) = (kept, held);
    }

    /// <summary>Checks that every row slot is free or has one row, and that every row belongs to a running sequence.</summary>
    /// <exception cref="InvalidOperationException">One does not.</exception>
    public void Audit(IReadOnlyCollection<Sequence> running)
    {
        InFlightRow[] rows = [.. _rows.AsSpan(0, Count), .. _held.AsSpan(0, Held)];
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
