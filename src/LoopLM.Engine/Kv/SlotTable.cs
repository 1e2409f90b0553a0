using System.Buffers;

namespace LoopLM.Engine.Kv;

/// <summary>The slots of one sequence by loop and position; the positions of one loop lie side by side.</summary>
internal sealed class SlotTable
{
    private readonly int[] _slots;

    public SlotTable(in KvReservation reservation, int committed)
    {
        Layout = reservation.Layout;
        PromptLength = reservation.PromptLength;
        Positions = reservation.PromptLength + reservation.GeneratedPositions;
        ModelLoops = reservation.ModelLoops;
        MaxLoops = reservation.MaxLoops;
        Loops = Math.Max(reservation.ModelLoops, reservation.MaxLoops);
        Observed = reservation.Observes ? 1 : 0;
        Committed = committed;
        _slots = ArrayPool<int>.Shared.Rent(Loops * Positions);
        _slots.AsSpan(0, Loops * Positions).Fill(-1);
    }

    public KvLayout Layout { get; }

    public int PromptLength { get; }

    public int Positions { get; }

    public int ModelLoops { get; }

    public int MaxLoops { get; }

    /// <summary>Loops of the table: the deepest that a prompt or generated position can ask for.</summary>
    public int Loops { get; }

    /// <summary>Slots for loops that are observed: they run one after the other, so one does.</summary>
    public int Observed { get; }

    /// <summary>Slots that the sequence may still come to hold at worst.</summary>
    public int Committed { get; set; }

    public ReadOnlySpan<int> Entries => _slots.AsSpan(0, Loops * Positions);

    public int this[int loop, int position]
    {
        get => _slots[((loop - 1) * Positions) + position];
        set => _slots[((loop - 1) * Positions) + position] = value;
    }

    public ReadOnlySpan<int> Slots(int loop, int count) => _slots.AsSpan((loop - 1) * Positions, count);

    public void Return() => ArrayPool<int>.Shared.Return(_slots);
}
