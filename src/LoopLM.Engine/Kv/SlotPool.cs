namespace LoopLM.Engine.Kv;

/// <summary>
/// Which slots are free, and what the others are held by: entries of tables, which are counted, and at most one cached prefix.
/// </summary>
internal sealed class SlotPool
{
    private readonly int[] _free;
    private readonly int[] _references;
    private readonly bool[] _isCached;

    // The loop that wrote each slot last; 0 for those that no table names.
    private readonly ushort[] _writers;
    private LoopCounts _usedByLoop;
    private int _freeCount;

    /// <summary>Creates a pool of free slots.</summary>
    public SlotPool(int slots)
    {
        _references = new int[slots];
        _isCached = new bool[slots];
        _writers = new ushort[slots];
        _free = new int[slots];
        for (var i = 0; i < slots; i++)
        {
            _free[i] = slots - 1 - i;
        }

        _freeCount = slots;
    }

    /// <summary>Frees at least one prefix's claims; called when no slot is free and one is needed.</summary>
    public Action? Evict { get; set; }

    /// <summary>Slots in all.</summary>
    public int Capacity => _references.Length;

    /// <summary>Slots that a table names.</summary>
    public int UsedSlots => Capacity - _freeCount - CachedSlots;

    /// <summary>The same, by the loop that wrote them last.</summary>
    public LoopCounts UsedSlotsByLoop => _usedByLoop;

    /// <summary>Slots that only a cached prefix holds: they are there for whoever needs them.</summary>
    public int CachedSlots { get; private set; }

    /// <summary>Takes a slot that nothing holds, and gives up prefixes where none is free. A reference must follow.</summary>
    public int Take(int loop)
    {
        while (_freeCount == 0)
        {
            (Evict ?? throw new InvalidOperationException("KV ledger: no slot is free."))();
        }

        var slot = _free[--_freeCount];
        Write(slot, loop);
        return slot;
    }

    /// <summary>Notes which loop has written a slot; 0 for none.</summary>
    public void Write(int slot, int loop)
    {
        if (_writers[slot] is var before and > 0)
        {
            _usedByLoop.Add(before, -1);
        }

        if (loop > 0)
        {
            _usedByLoop.Add(loop);
        }

        _writers[slot] = (ushort)loop;
    }

    /// <summary>A table names the slot once more.</summary>
    public void Reference(int slot) => _references[slot]++;

    /// <summary>A table no longer names the slot. One that nothing holds is free.</summary>
    /// <param name="slot">The slot; <see cref="SlotTable.Unset"/> for none.</param>
    public void Unreference(int slot)
    {
        if (slot == SlotTable.Unset || --_references[slot] > 0)
        {
            return;
        }

        Write(slot, loop: 0);
        if (_isCached[slot])
        {
            CachedSlots++;
        }
        else
        {
            _free[_freeCount++] = slot;
        }
    }

    /// <summary>A prefix holds a slot that a table names.</summary>
    public void Cache(int slot)
    {
        if (_isCached[slot] || _references[slot] == 0)
        {
            throw new InvalidOperationException($"KV ledger: slot {slot} is cached already, or free.");
        }

        _isCached[slot] = true;
    }

    /// <summary>A prefix no longer holds a slot. One that no table names is free.</summary>
    public void Uncache(int slot)
    {
        _isCached[slot] = false;
        if (_references[slot] == 0)
        {
            CachedSlots--;
            _free[_freeCount++] = slot;
        }
    }

    /// <summary>A table is about to name a slot that a prefix holds.</summary>
    /// <param name="slot">The slot.</param>
    /// <param name="loop">The loop that wrote it.</param>
    public void Adopt(int slot, int loop)
    {
        if (_references[slot] == 0)
        {
            CachedSlots--;
            Write(slot, loop);
        }
    }

    /// <summary>Compares everything with what tables and prefixes hold.</summary>
    /// <param name="references">How many table entries name each slot.</param>
    /// <param name="cached">The slots that prefixes hold.</param>
    /// <exception cref="InvalidOperationException">A count is wrong, or a slot is lost.</exception>
    public void Audit(int[] references, IReadOnlyList<int> cached)
    {
        Require(references.AsSpan().SequenceEqual(_references), "the reference counts differ from the tables");
        var held = cached.ToHashSet();
        Require(held.Count == cached.Count, "two prefixes hold a slot");
        Require(held.SetEquals(Enumerable.Range(0, Capacity).Where(slot => _isCached[slot])), "the cached slots differ from the prefixes");
        var free = _free.AsSpan(0, _freeCount).ToArray();
        Require(free.Distinct().Count() == free.Length, "a slot is free twice");
        Require(free.All(slot => references[slot] == 0 && !held.Contains(slot)), "a free slot is in use");
        var unused = Enumerable.Range(0, Capacity).Count(slot => references[slot] == 0);
        Require(unused == _freeCount + CachedSlots, "a slot is lost");
        Require(held.Count(slot => references[slot] == 0) == CachedSlots, "the count of cached slots is wrong");
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
}
