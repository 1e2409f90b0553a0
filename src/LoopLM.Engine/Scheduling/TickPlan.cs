using LoopLM.Engine.Depth;
using LoopLM.Engine.Kv;
using LoopLM.Engine.Runners;

namespace LoopLM.Engine.Scheduling;

/// <summary>The batch of the current tick. One instance serves all ticks; its content stands still while a runner reads it.</summary>
internal sealed class TickPlan(KvLedger ledger, int capacity) : LoopBatch
{
    private readonly LoopRow[] _rows = new LoopRow[capacity];
    private long _tick;
    private int _count;

    public override long Tick => _tick;

    public override ReadOnlySpan<LoopRow> Rows => _rows.AsSpan(0, _count);

    /// <summary>What the rows' exits and reports read, taken together.</summary>
    public ExitSignals Reads { get; private set; }

    public override ReadOnlySpan<int> VisibleSlots(int row)
    {
        ref readonly var planned = ref _rows[row];
        return ledger.Slots(planned.Sequence, planned.Loop, planned.Position + 1);
    }

    /// <summary>Plans the next loop of every row in flight, with the KV slots that it writes.</summary>
    public void Fill(RowTable rows)
    {
        _tick++;
        _count = rows.Count;
        Reads = ExitSignals.None;
        for (var i = 0; i < _count; i++)
        {
            ref var row = ref rows[i];
            var loop = row.Loop + 1;
            var slot = row.ExitStep > 0
                ? ledger.Observe(row.Sequence.Number, row.Position, loop)
                : ledger.Take(row.Sequence.Number, row.Position, loop);
            _rows[i] = new LoopRow(row.RowSlot, row.Sequence.Number, row.Position, loop, slot, row.Token);
            Reads |= row.Reads;
        }
    }
}
