using System.Buffers;

namespace LoopLM.Engine.Kv;

/// <summary>The slots of one sequence by loop and position; the positions of one loop lie side by side.</summary>
internal sealed class SlotTable
{
    /// <summary>Names no slot.</summary>
    public const int Unset = -1;

    private readonly int[] _slots;

    public SlotTable(in KvReservation reservation, int committed)
    {
        Layout = reservation.Layout;
        PromptLength = reservation.PromptLength;
        Positions = reservation.PromptLength + reservation.GeneratedPositions;
        ModelLoops = reservation.ModelLoops;
        MaxLoops = reservation.MaxLoops;
        Loops = Math.Max(reservation.ModelLoops, reservation.MaxLoops);
        Observes = reservation.Observes;
        Committed = committed;

        // What an observed loop sees is after the table.
        _slots = ArrayPool<int>.Shared.Rent((Loops + (Observes ? 1 : 0)) * Positions);
        _slots.AsSpan(0, Loops * Positions).Fill(Unset);
    }

    public KvLayout Layout { get; }

    public int PromptLength { get; }

    public int Positions { get; }

    public int ModelLoops { get; }

    public int MaxLoops { get; }

    /// <summary>Loops of the table: the deepest that a prompt or generated position can run.</summary>
    public int Loops { get; }

    /// <summary>Whether loops are observed: they run one after the other, so one slot serves them.</summary>
    public bool Observes { get; }

    /// <summary>The slot that the observed loop writes into; <see cref="Unset"/> while none runs.</summary>
    public int ObservedSlot { get; private set; } = Unset;

    /// <summary>Slots that the sequence may still come to hold at worst.</summary>
    public int Committed { get; set; }

    public ReadOnlySpan<int> Entries => _slots.AsSpan(0, Loops * Positions);

    public int this[int loop, int position]
    {
        get => _slots[((loop - 1) * Positions) + position];
        set => _slots[((loop - 1) * Positions) + position] = value;
    }

    public ReadOnlyMemory<int> Slots(int loop, int count) => _slots.AsMemory((loop - 1) * Positions, count);

    public ReadOnlyMemory<int> ObservedSlots(int count) => Slots(Loops + 1, count);

    /// <summary>A position runs a loop that only it sees.</summary>
    public void Observe(int slot, int position, int loop)
    {
        ObservedSlot = slot;
        Slots(loop, position).CopyTo(_slots.AsMemory(Loops * Positions));
        this[Loops + 1, position] = slot;
    }

    public void EndObservation() => ObservedSlot = Unset;

    public void Return() => ArrayPool<int>.Shared.Return(_slots);
}
