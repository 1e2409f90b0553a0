using System.Numerics;
using LoopLM.Engine.Exits;
using LoopLM.Engine.Kv;
using LoopLM.Engine.Runners;

namespace LoopLM.Engine.Scheduling;

/// <summary>What the current tick does. One instance serves all ticks; its content stays while a runner reads it.</summary>
internal sealed class TickPlan(KvLedger ledger, int capacity)
{
    private readonly LoopBatchBuilder _rows = new(capacity);
    private ulong _loops;

    /// <summary>The rows that run a loop.</summary>
    public LoopBatch Batch => _rows.Batch;

    /// <summary>Whether nothing runs a loop.</summary>
    public bool IsEmpty => Batch.Rows.IsEmpty;

    /// <summary>Sequences that run from this tick on.</summary>
    public List<Sequence> Admitted { get; } = [];

    /// <summary>How many different loops the rows run; loops from 64 on count as one.</summary>
    public int DistinctLoops => BitOperations.PopCount(_loops);

    /// <summary>What the rows' exits and reports read, taken together.</summary>
    public ExitSignals Reads { get; private set; }

    /// <summary>Plans the next loop of every running row, with the KV slots that it writes.</summary>
    public void Fill(RowTable rows)
    {
        _rows.Clear();
        Reads = ExitSignals.None;
        _loops = 0;
        foreach (var rowSlot in rows.Running)
        {
            ref var row = ref rows[rowSlot];
            var (number, position, loop, count) = (row.Sequence.Number, row.Position, row.Loop + 1, row.Position + 1);
            if (row.State == PositionState.Observing)
            {
                var observed = ledger.Observe(number, position, loop);
                _rows.Add(new LoopRow(rowSlot, number, position, loop, observed, row.Token), ledger.ObservedSlots(number, count));
            }
            else
            {
                var taken = ledger.Take(number, position, loop);
                var positions = loop == 1 ? ledger.PositionSlots(number, count) : default;
                _rows.Add(new LoopRow(rowSlot, number, position, loop, taken, row.Token), ledger.Slots(number, loop, count), positions);
            }

            Reads |= row.Reads;
            _loops |= 1UL << (Math.Min(loop, 64) - 1);
        }
    }
}
