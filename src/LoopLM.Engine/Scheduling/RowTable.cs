using LoopLM.Engine.Exits;

namespace LoopLM.Engine.Scheduling;

/// <summary>
/// The rows by row slot. Running rows are in the order in which they started, so that a chunk of a prompt stays together. Parked rows have
/// left the loops and wait: for a position before them, or for the mask of their token.
/// </summary>
internal sealed class RowTable
{
    private readonly Row[] _rows;
    private readonly GateProbabilities[] _gates;
    private readonly int[] _running;
    private readonly int[] _parked;
    private readonly int[] _resumed;
    private readonly int[] _free;

    public RowTable(int capacity)
    {
        _rows = new Row[capacity];
        _gates = new GateProbabilities[capacity];
        _running = new int[capacity];
        _parked = new int[capacity];
        _resumed = new int[capacity];
        _free = new int[capacity];
        for (var i = 0; i < capacity; i++)
        {
            _free[i] = capacity - 1 - i;
        }
    }

    /// <summary>Slots of the running rows, in their order.</summary>
    public ReadOnlySpan<int> Running => _running.AsSpan(0, RunningCount);

    /// <summary>Slots of the parked rows.</summary>
    public ReadOnlySpan<int> Parked => _parked.AsSpan(0, ParkedCount);

    public int RunningCount { get; private set; }

    public int ParkedCount { get; private set; }

    public int FreeCount => _rows.Length - RunningCount - ParkedCount;

    /// <summary>Whether the head can read a parked row.</summary>
    public bool HasReadable
    {
        get
        {
            foreach (var slot in Parked)
            {
                if (_rows[slot].IsReadable)
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>The row in a slot.</summary>
    public ref Row this[int slot] => ref _rows[slot];

    /// <summary>The gate probabilities of the row in a slot.</summary>
    public ref GateProbabilities Gates(int slot) => ref _gates[slot];

    /// <summary>Starts a row.</summary>
    /// <returns>Its slot.</returns>
    public int Start(Sequence sequence, int position, int token)
    {
        var slot = _free[FreeCount - 1];
        _gates[slot] = default;
        _running[RunningCount++] = slot;
        ref var row = ref _rows[slot];
        row = new Row
        {
            Sequence = sequence,
            Position = position,
            Token = token,
            RowSlot = slot,
            Distribution = new ExitDistribution(),
            LoopLogprobs = sequence.Reports.LoopLogprobs > 0 && position >= sequence.Prompt.Length - 1 ? [] : null,
        };
        row.Apply(PositionChange.Start);
        return slot;
    }

    /// <summary>
    /// Frees the slots of rows that are over, and parks or resumes the others by their states. Running rows keep their order.
    /// </summary>
    public void Compact()
    {
        var (free, running, parked, resumed) = (FreeCount, 0, 0, 0);
        foreach (var slot in Parked)
        {
            if (_rows[slot].IsOver)
            {
                Release(slot, free++);
            }
            else if (_rows[slot].IsRunning)
            {
                _resumed[resumed++] = slot;
            }
            else
            {
                _parked[parked++] = slot;
            }
        }

        foreach (var slot in Running)
        {
            if (_rows[slot].IsOver)
            {
                Release(slot, free++);
            }
            else if (_rows[slot].IsRunning)
            {
                _running[running++] = slot;
            }
            else
            {
                _parked[parked++] = slot;
            }
        }

        _resumed.AsSpan(0, resumed).CopyTo(_running.AsSpan(running));
        (RunningCount, ParkedCount) = (running + resumed, parked);
    }

    /// <summary>
    /// Checks that every row slot is free or has one row, that every row belongs to a running
    /// sequence, and that windows and rows name each other.
    /// </summary>
    /// <exception cref="InvalidOperationException">One does not.</exception>
    public void Audit(IReadOnlyCollection<Sequence> running)
    {
        int[] used = [.. Running, .. Parked];
        if (!used.Concat(_free.Take(FreeCount)).Order().SequenceEqual(Enumerable.Range(0, _rows.Length)))
        {
            throw new InvalidOperationException("Row table: a row slot is lost or used twice.");
        }

        var rows = used.Select(slot => _rows[slot]).ToArray();
        if (rows.Any(row => !running.Contains(row.Sequence)) || rows.DistinctBy(row => (row.Sequence, row.Position)).Count() != rows.Length)
        {
            throw new InvalidOperationException("Row table: a row has no running sequence, or a twin.");
        }

        if (Running.ToArray().Any(slot => !_rows[slot].IsRunning)
            || Parked.ToArray().Any(slot => _rows[slot].IsRunning || _rows[slot].IsOver))
        {
            throw new InvalidOperationException("Row table: a row is not where its state belongs.");
        }

        var generated = rows.Where(row => !row.IsPrompt).Select(row => (row.Sequence, row.Position, row.Token, row.RowSlot)).ToHashSet();
        var windows = running.SelectMany(sequence => Enumerable.Range(0, sequence.Window.Count)
            .Where(index => sequence.Window[index].RowSlot is not null)
            .Select(index => (sequence, sequence.PositionOf(index), sequence.Window[index].Token, sequence.Window[index].RowSlot!.Value)));
        if (!generated.SetEquals(windows))
        {
            throw new InvalidOperationException("Row table: a window names a row that there is not, or the other way round.");
        }
    }

    private void Release(int slot, int place)
    {
        _free[place] = slot;
        _rows[slot] = default;
    }
}
