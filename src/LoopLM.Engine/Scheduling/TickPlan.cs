using LoopLM.Engine.Depth;
using LoopLM.Engine.Kv;
using LoopLM.Engine.Runners;

namespace LoopLM.Engine.Scheduling;

/// <summary>What the current tick does. One instance serves all ticks; its content stands still while a runner reads it.</summary>
internal sealed class TickPlan(KvLedger ledger, int capacity) : LoopBatch
{
    private readonly LoopRow[] _rows = new LoopRow[capacity];
    private readonly bool[] _observes = new bool[capacity];
    private readonly List<Sequence> _admitted = [];
    private long _tick;
    private int _count;

    public override long Tick => _tick;

    public override ReadOnlySpan<LoopRow> Rows => _rows.AsSpan(0, _count);

    /// <summary>Sequences that run from this tick on.</summary>
    public List<Sequence> Admitted => _admitted;

    /// <summary>What the rows' exits and reports read, taken together.</summary>
    public ExitSignals Reads { get; private set; }

    public override ReadOnlySpan<int> VisibleSlots(int row)
    {
        ref readonly var planned = ref _rows[row];
        return _observes[row]
            ? ledger.ObservedSlots(planned.Sequence, planned.Position + 1)
            : ledger.Slots(planned.Sequence, planned.Loop, planned.Position + 1);
    }

    /// <summary>Plans the next loop of every running row, with the KV slots that it writes.</summary>
    public void Fill(RowTable rows)
    {
        _tick++;
        _count = rows.RunningCount;
        Reads = ExitSignals.None;
        for (var i = 0; i < _count; i++)
        {
            ref var row = ref rows[rows.Running[i]];
            var loop = row.Loop + 1;
            _observes[i] = row.State == PositionState.Observing;
            var slot = _observes[i]
                ? ledger.Observe(row.Sequence.Number, row.Position, loop)
                : ledger.Take(row.Sequence.Number, row.Position, loop);
            _rows[i] = new LoopRow(row.RowSlot, row.Sequence.Number, row.Position, loop, slot, row.Token);
            Reads |= row.Reads;
        }
    }
}
