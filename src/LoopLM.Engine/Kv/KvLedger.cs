using LoopLM.Engine.Depth;

namespace LoopLM.Engine.Kv;

/// <summary>
/// Maps (sequence, position, loop) to KV slots and owns which slots are free. It counts references, one for each table entry that names a slot,
/// so that loops of one position, and later sequences with a common prefix, can alias a slot. It holds numbers only; the tensors are the runner's.
/// </summary>
/// <remarks>
/// <see cref="KvLayout.LastExited"/>: a position takes a slot for each loop it runs; when it exits at e, loops beyond e alias slot e.
/// <see cref="KvLayout.Shared"/>: the prompt does the same until it is done; then every loop aliases the slot of the last one, and each generated
/// position takes one slot that all its loops name.
/// A loop that is observed, behind the exit of its position, writes into a slot that only it sees; what later tokens see stays as it is.
/// A sequence is opened only if its worst case fits beside the worst cases of the others, so that taking a slot never fails;
/// every early exit shrinks the worst case at once.
/// </remarks>
public sealed class KvLedger
{
    private const int Unset = -1;

    private readonly int[] _free;
    private readonly int[] _references;
    private readonly SlotTable?[] _tables;

    // The loop that wrote each slot last; 0 for free ones.
    private readonly byte[] _writers;
    private LoopCounts _usedByLoop;
    private int _freeCount;

    /// <summary>Creates an empty ledger.</summary>
    /// <param name="slots">Slots in all, from 1.</param>
    /// <param name="sequences">Sequence numbers are 0..sequences-1.</param>
    public KvLedger(int slots, int sequences)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(slots, 1);
        _references = new int[slots];
        _writers = new byte[slots];
        _tables = new SlotTable?[sequences];
        _free = new int[slots];
        for (var i = 0; i < slots; i++)
        {
            _free[i] = slots - 1 - i;
        }

        _freeCount = slots;
    }

    /// <summary>Slots in all.</summary>
    public int Capacity => _references.Length;

    /// <summary>Slots that hold something.</summary>
    public int UsedSlots => Capacity - _freeCount;

    /// <summary>The same, by the loop that wrote them last.</summary>
    public LoopCounts UsedSlotsByLoop => _usedByLoop;

    /// <summary>Slots that the open sequences may still come to hold at worst, those they hold included.</summary>
    public int CommittedSlots { get; private set; }

    /// <summary>The most slots that a sequence can come to hold at once.</summary>
    public static long WorstCase(in KvReservation reservation)
    {
        var (layout, prompt, generated, modelLoops, maxLoops, observes) = reservation;
        var promptSlots = (long)prompt * modelLoops;
        return (observes ? 1 : 0) + (layout == KvLayout.Shared
            ? Math.Max(promptSlots, (long)prompt + generated)
            : promptSlots + ((long)generated * maxLoops));
    }

    /// <summary>Most generated positions that a sequence can write into so many slots; -1 where not even its prompt fits.</summary>
    /// <param name="reservation">What it will need; its own generated positions do not count.</param>
    /// <param name="slots">The slots.</param>
    public static int MostGenerated(in KvReservation reservation, int slots)
    {
        var promptAlone = WorstCase(reservation with { GeneratedPositions = 0 });
        if (promptAlone > slots)
        {
            return -1;
        }

        var perPosition = reservation.Layout == KvLayout.Shared ? 1 : reservation.MaxLoops;
        var taken = reservation.Layout == KvLayout.Shared ? reservation.PromptLength + (reservation.Observes ? 1 : 0) : promptAlone;
        return (int)((slots - taken) / Math.Max(1, perPosition));
    }

    /// <summary>Opens a sequence if its worst case fits beside the others'.</summary>
    /// <param name="sequence">A number that is not open.</param>
    /// <param name="reservation">What it will need.</param>
    public bool TryOpen(int sequence, in KvReservation reservation)
    {
        if (_tables[sequence] is not null)
        {
            throw new InvalidOperationException($"Sequence {sequence} is open already.");
        }

        var worstCase = WorstCase(reservation);
        if (worstCase > Capacity - CommittedSlots)
        {
            return false;
        }

        _tables[sequence] = new SlotTable(reservation, (int)worstCase);
        CommittedSlots += (int)worstCase;
        return true;
    }

    /// <summary>The slot into which a loop of a position writes; taken at its first use.</summary>
    /// <param name="sequence">An open sequence.</param>
    /// <param name="position">From 0.</param>
    /// <param name="loop">From 1; the loops of a position come in order.</param>
    public int Take(int sequence, int position, int loop)
    {
        var table = Table(sequence);
        if (table[loop, position] is var taken and not Unset)
        {
            Write(taken, loop);
            return taken;
        }

        var slot = TakeFree(loop);
        if (table.Layout == KvLayout.Shared && position >= table.PromptLength)
        {
            for (var each = 1; each <= table.Loops; each++)
            {
                Set(table, each, position, slot);
            }
        }
        else
        {
            Set(table, loop, position, slot);
        }

        return slot;
    }

    /// <summary>A position has left after a loop: deeper loops of later positions will see that loop's K and V.</summary>
    public void Exit(int sequence, int position, int exitStep)
    {
        var table = Table(sequence);
        var slot = table[exitStep, position];
        for (var loop = exitStep + 1; loop <= table.Loops; loop++)
        {
            if (table[loop, position] == Unset)
            {
                Set(table, loop, position, slot);
            }
        }

        if (table.Layout == KvLayout.LastExited && position >= table.PromptLength)
        {
            Uncommit(table, table.MaxLoops - exitStep);
        }
    }

    /// <summary>The slot into which a loop writes that is observed. <see cref="EndObservation"/> must follow before the next one.</summary>
    /// <param name="sequence">An open sequence that was opened to observe.</param>
    /// <param name="position">A position that has left.</param>
    /// <param name="loop">A loop behind its exit.</param>
    public int Observe(int sequence, int position, int loop)
    {
        var slot = TakeFree(loop);
        Set(Table(sequence), loop, position, slot);
        return slot;
    }

    /// <summary>Forgets what an observed loop has written: the loop aliases the slot of the exit step again.</summary>
    public void EndObservation(int sequence, int position, int loop, int exitStep)
    {
        var table = Table(sequence);
        Set(table, loop, position, table[exitStep, position]);
    }

    /// <summary>The whole prompt has left: from here on the shared layout keeps only its last loop.</summary>
    public void FinishPrompt(int sequence)
    {
        var table = Table(sequence);
        if (table.Layout != KvLayout.Shared)
        {
            return;
        }

        for (var position = 0; position < table.PromptLength; position++)
        {
            var last = table[table.ModelLoops, position];
            for (var loop = 1; loop <= table.Loops; loop++)
            {
                Set(table, loop, position, last);
            }
        }

        Uncommit(table, table.Committed - table.Positions - table.Observed);
    }

    /// <summary>The slots that a loop sees of positions 0..count-1.</summary>
    public ReadOnlySpan<int> Slots(int sequence, int loop, int count) => Table(sequence).Slots(loop, count);

    /// <summary>Closes a sequence, wherever it stands, and frees the slots that nobody else names.</summary>
    public void Close(int sequence)
    {
        var table = Table(sequence);
        foreach (var slot in table.Entries)
        {
            Unreference(slot);
        }

        Uncommit(table, table.Committed);
        table.Return();
        _tables[sequence] = null;
    }

    /// <summary>Recounts everything from the tables.</summary>
    /// <exception cref="InvalidOperationException">A count is wrong, a slot is lost, or a sequence holds more than was committed for it.</exception>
    public void Audit()
    {
        var references = new int[Capacity];
        var committed = 0;
        foreach (var table in _tables)
        {
            if (table is null)
            {
                continue;
            }

            committed += table.Committed;
            var held = new HashSet<int>();
            foreach (var slot in table.Entries)
            {
                if (slot != Unset)
                {
                    references[slot]++;
                    held.Add(slot);
                }
            }

            Require(held.Count <= table.Committed, $"a sequence holds {held.Count} slots, {table.Committed} are committed");
        }

        Require(committed == CommittedSlots, $"{CommittedSlots} slots are committed, the tables say {committed}");
        Require(CommittedSlots <= Capacity, $"{CommittedSlots} slots are committed of {Capacity}");
        Require(references.AsSpan().SequenceEqual(_references), "the reference counts differ from the tables");
        var free = _free.AsSpan(0, _freeCount).ToArray();
        Require(free.Distinct().Count() == free.Length, "a slot is free twice");
        Require(free.All(slot => references[slot] == 0), "a free slot is in use");
        Require(references.Count(count => count == 0) == _freeCount, "a slot is lost");
        AuditWriters();
    }

    private void AuditWriters()
    {
        var byLoop = new LoopCounts();
        for (var slot = 0; slot < Capacity; slot++)
        {
            Require(_writers[slot] > 0 == _references[slot] > 0, "a slot is free and has a loop, or the other way round");
            if (_writers[slot] is var loop and > 0)
            {
                byLoop.Add(loop);
            }
        }

        Require(byLoop.ToArray().SequenceEqual(_usedByLoop.ToArray()), "the slots by loop differ from the slots");
    }

    private static void Require(bool condition, string fault)
    {
        if (!condition)
        {
            throw new InvalidOperationException($"KV ledger: {fault}.");
        }
    }

    private SlotTable Table(int sequence) =>
        _tables[sequence] ?? throw new InvalidOperationException($"Sequence {sequence} is not open.");

    private int TakeFree(int loop)
    {
        var slot = _free[--_freeCount];
        Write(slot, loop);
        return slot;
    }

    /// <summary>Notes which loop has written a slot; 0 for none.</summary>
    private void Write(int slot, int loop)
    {
        if (_writers[slot] is var before and > 0)
        {
            _usedByLoop.Add(before, -1);
        }

        if (loop > 0)
        {
            _usedByLoop.Add(loop);
        }

        _writers[slot] = (byte)loop;
    }

    private void Set(SlotTable table, int loop, int position, int slot)
    {
        _references[slot]++;
        Unreference(table[loop, position]);
        table[loop, position] = slot;
    }

    private void Unreference(int slot)
    {
        if (slot != Unset && --_references[slot] == 0)
        {
            Write(slot, loop: 0);
            _free[_freeCount++] = slot;
        }
    }

    private void Uncommit(SlotTable table, int slots)
    {
        table.Committed -= slots;
        CommittedSlots -= slots;
    }
}
