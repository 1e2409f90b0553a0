namespace LoopLM.Engine.Kv;

/// <summary>
/// Maps (sequence, position, loop) to KV slots of the core, and (sequence, position) to position slots, and owns which slots are free. It
/// counts references, one for each table entry that names a slot, so that loops of one position, and later sequences with a common prefix,
/// can alias a slot. It holds numbers only; the tensors are the runner's.
/// </summary>
/// <remarks>
/// <see cref="KvLayout.LastExited"/>: a position takes a slot for each loop it runs; when it exits at e, loops beyond e alias slot e.
/// <see cref="KvLayout.Shared"/>: the prompt does the same until it is done; then every loop aliases the slot of the last one, and each
/// generated position takes one slot that all its loops name. An observed loop, after the exit of its position, writes into a slot that
/// only it sees; what later tokens see stays as it is. A sequence is opened only if its worst case fits beside the worst cases of the
/// others, so that taking a slot never fails; every early exit shrinks the worst case at once.
/// </remarks>
public sealed class KvLedger
{
    private const int Unset = SlotTable.Unset;

    private readonly SlotPool _pool;
    private readonly SlotTable?[] _tables;
    private readonly PositionLedger _positions;

    /// <summary>Creates an empty ledger.</summary>
    /// <param name="slots">Slots in all, from 1.</param>
    /// <param name="sequences">Sequence numbers are 0..sequences-1.</param>
    /// <param name="positionSlots">Position slots in all; 0 where the model needs none.</param>
    public KvLedger(int slots, int sequences, int positionSlots = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(slots, 1);
        _pool = new SlotPool(slots);
        _tables = new SlotTable?[sequences];
        _positions = new PositionLedger(positionSlots, sequences);
    }

    /// <summary>Slots in all.</summary>
    public int Capacity => _pool.Capacity;

    /// <summary>Slots that open sequences hold.</summary>
    public int UsedSlots => _pool.UsedSlots;

    /// <summary>The same, by the loop that wrote them last.</summary>
    public LoopCounts UsedSlotsByLoop => _pool.UsedSlotsByLoop;

    /// <summary>Slots that only cached prefixes hold: they are given up as soon as a sequence needs them.</summary>
    public int CachedSlots => _pool.CachedSlots;

    /// <summary>Gives up a cached prefix; null where none is cached.</summary>
    internal Action? Evict
    {
        set => _pool.Evict = value;
    }

    /// <summary>Slots that the open sequences may still come to hold at worst, those they hold included.</summary>
    public int CommittedSlots { get; private set; }

    /// <summary>Position slots that hold something.</summary>
    public int UsedPositionSlots => _positions.UsedSlots;

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
        if (worstCase > Capacity - CommittedSlots
            || !_positions.TryOpen(sequence, reservation.PromptLength + reservation.GeneratedPositions))
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
            _pool.Write(taken, loop);
            return taken;
        }

        if (loop == 1)
        {
            _positions.Take(sequence, position);
        }

        var slot = _pool.Take(loop);
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

    /// <summary>
    /// A position has left after a loop: deeper loops of later positions see that loop's K and V. Its worst
    /// case stays committed until <see cref="Confirm"/>.
    /// </summary>
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
    }

    /// <summary>A position that has left is certain: it takes no more slots, and the worst case of its sequence shrinks.</summary>
    public void Confirm(int sequence, int position, int exitStep)
    {
        var table = Table(sequence);
        if (table.Layout == KvLayout.LastExited && position >= table.PromptLength)
        {
            Uncommit(table, table.MaxLoops - exitStep);
        }
    }

    /// <summary>
    /// Frees what generated positions hold that are not confirmed: the sequence goes on in another way. Only
    /// <see cref="KvLayout.LastExited"/> can go back.
    /// </summary>
    /// <param name="sequence">An open sequence.</param>
    /// <param name="fromPosition">The first of them; all later positions are dropped too.</param>
    public void Drop(int sequence, int fromPosition)
    {
        var table = Table(sequence);
        if (table.Layout != KvLayout.LastExited || fromPosition < table.PromptLength)
        {
            throw new InvalidOperationException($"Position {fromPosition} of sequence {sequence} cannot be dropped.");
        }

        _positions.Drop(sequence, fromPosition);
        for (var loop = 1; loop <= table.Loops; loop++)
        {
            for (var position = fromPosition; position < table.Positions; position++)
            {
                _pool.Unreference(table[loop, position]);
                table[loop, position] = Unset;
            }
        }
    }

    /// <summary>The slot into which an observed loop writes. <see cref="EndObservation"/> must follow before the next one.</summary>
    /// <param name="sequence">An open sequence that was opened to observe.</param>
    /// <param name="position">A position that has left.</param>
    /// <param name="loop">A loop after its exit.</param>
    public int Observe(int sequence, int position, int loop)
    {
        var table = Table(sequence);
        var slot = _pool.Take(loop);
        _pool.Reference(slot);
        table.Observe(slot, position, loop);
        return slot;
    }

    /// <summary>Frees what an observed loop has written.</summary>
    public void EndObservation(int sequence)
    {
        var table = Table(sequence);
        _pool.Unreference(table.ObservedSlot);
        table.EndObservation();
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

        Uncommit(table, table.Committed - table.Positions - (table.Observes ? 1 : 0));
    }

    /// <summary>A cached prefix holds what a position of a sequence wrote.</summary>
    /// <param name="sequence">An open sequence.</param>
    /// <param name="position">A position that has left.</param>
    /// <param name="slots">Receives the slots of loops 1..T.</param>
    internal void Cache(int sequence, int position, Span<int> slots)
    {
        var table = Table(sequence);
        for (var loop = 1; loop <= slots.Length; loop++)
        {
            slots[loop - 1] = table[loop, position];
            if (IsFirst(slots, loop - 1))
            {
                _pool.Cache(slots[loop - 1]);
            }
        }
    }

    /// <summary>A position of a sequence takes over what a cached prefix holds, as if it had run its loops.</summary>
    /// <param name="sequence">An open sequence.</param>
    /// <param name="position">A position that has not run.</param>
    /// <param name="slots">The slots of loops 1..T.</param>
    internal void Adopt(int sequence, int position, ReadOnlySpan<int> slots)
    {
        var table = Table(sequence);
        for (var loop = 1; loop <= table.Loops; loop++)
        {
            var slot = slots[Math.Min(loop, slots.Length) - 1];
            _pool.Adopt(slot, Math.Min(loop, slots.Length));
            Set(table, loop, position, slot);
        }
    }

    /// <summary>A prefix is given up.</summary>
    /// <param name="slots">What it held of one position.</param>
    internal void Uncache(ReadOnlySpan<int> slots)
    {
        for (var i = 0; i < slots.Length; i++)
        {
            if (IsFirst(slots, i))
            {
                _pool.Uncache(slots[i]);
            }
        }
    }

    /// <summary>The slots that a loop sees of positions 0..count-1.</summary>
    public ReadOnlyMemory<int> Slots(int sequence, int loop, int count) => Table(sequence).Slots(loop, count);

    /// <summary>The slots that the observed loop sees of positions 0..count-1, its own last.</summary>
    public ReadOnlyMemory<int> ObservedSlots(int sequence, int count) => Table(sequence).ObservedSlots(count);

    /// <summary>The position slots of positions 0..count-1; empty where the model needs none.</summary>
    public ReadOnlyMemory<int> PositionSlots(int sequence, int count) => _positions.Slots(sequence, count);

    /// <summary>Closes a sequence, wherever it is, and frees the slots that nobody else names.</summary>
    public void Close(int sequence)
    {
        var table = Table(sequence);
        foreach (var slot in table.Entries)
        {
            _pool.Unreference(slot);
        }

        _pool.Unreference(table.ObservedSlot);
        _positions.Close(sequence);
        Uncommit(table, table.Committed);
        table.Return();
        _tables[sequence] = null;
    }

    /// <summary>Recounts everything from the tables.</summary>
    /// <exception cref="InvalidOperationException">
    /// A count is wrong, a slot is lost, or a sequence holds more than was committed for it.
    /// </exception>
    public void Audit() => Audit(cached: []);

    /// <summary>Recounts everything from the tables and the cached prefixes.</summary>
    /// <param name="cached">The slots that cached prefixes hold.</param>
    /// <exception cref="InvalidOperationException">
    /// A count is wrong, a slot is lost, or a sequence holds more than was committed for it.
    /// </exception>
    internal void Audit(IReadOnlyList<int> cached)
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
            foreach (var slot in (int[])[.. table.Entries, table.ObservedSlot])
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
        _pool.Audit(references, cached);
        _positions.Audit();
    }

    /// <summary>Whether the loop before has another slot: loops after the exit of a position name that of the exit.</summary>
    private static bool IsFirst(ReadOnlySpan<int> slots, int index) => index == 0 || slots[index] != slots[index - 1];

    private static void Require(bool condition, string fault)
    {
        if (!condition)
        {
            throw new InvalidOperationException($"KV ledger: {fault}.");
        }
    }

    private SlotTable Table(int sequence) =>
        _tables[sequence] ?? throw new InvalidOperationException($"Sequence {sequence} is not open.");

    private void Set(SlotTable table, int loop, int position, int slot)
    {
        _pool.Reference(slot);
        _pool.Unreference(table[loop, position]);
        table[loop, position] = slot;
    }

    private void Uncommit(SlotTable table, int slots)
    {
        table.Committed -= slots;
        CommittedSlots -= slots;
    }
}
