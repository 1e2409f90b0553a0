using LoopLM.Engine.Runners;

namespace LoopLM.Testing;

/// <summary>Runs a <see cref="ScriptedModel"/> and checks on every row that the engine keeps the runner's contract. It can be told to fail.</summary>
public sealed class ScriptedRunner(ScriptedModel model, RunnerCapacity capacity) : IModelRunner
{
    private readonly ulong[] _states = new ulong[capacity.Rows];
    private readonly Content?[] _contents = new Content?[capacity.KvSlots];
    private readonly HashSet<int> _liveSequences = [];

    /// <inheritdoc/>
    public string Name => "scripted";

    /// <inheritdoc/>
    public ModelDescription Model => model.Description;

    /// <summary>The rows of every tick so far.</summary>
    public List<LoopRow[]> Ticks { get; } = [];

    /// <summary>Rows that went through the head.</summary>
    public int HeadRows { get; private set; }

    /// <summary>Whether the gate was asked for in the last tick.</summary>
    public bool GateRead { get; private set; }

    /// <summary>Sequences that ran and were not released.</summary>
    public int LiveSequences => _liveSequences.Count;

    /// <summary>Whether it was disposed.</summary>
    public bool IsDisposed { get; private set; }

    /// <summary>Called before each loop pass; may throw.</summary>
    public Action<LoopBatch>? BeforeLoop { get; set; }

    /// <summary>Called before each head; may throw.</summary>
    public Action? BeforeHead { get; set; }

    /// <summary>Called after each release; may throw.</summary>
    public Action? AfterRelease { get; set; }

    /// <summary>Rows whose logits turn out NaN.</summary>
    public Predicate<LoopRow> BreaksLogits { get; set; } = _ => false;

    private readonly Dictionary<int, LoopRow> _bySlot = [];

    /// <inheritdoc/>
    public void RunLoop(LoopBatch batch, Span<float> gateLogits, Span<float> stateChanges)
    {
        BeforeLoop?.Invoke(batch);
        var rows = batch.Rows.ToArray();
        Ticks.Add(rows);
        GateRead = !gateLogits.IsEmpty;
        Require(rows.Length <= capacity.Rows, "more rows than the runner has room for");
        Require(rows.DistinctBy(row => row.RowSlot).Count() == rows.Length, "two rows in one row slot");
        Require(rows.DistinctBy(row => row.KvSlot).Count() == rows.Length, "two rows write one KV slot");

        foreach (var row in rows)
        {
            _liveSequences.Add(row.Sequence);
            _bySlot[row.RowSlot] = row;
            var state = row.Loop == 1 ? ScriptedModel.Embed(row.Token) : _states[row.RowSlot];
            _states[row.RowSlot] = state;
            _contents[row.KvSlot] = new Content(row.Sequence, row.Position, ScriptedModel.KeyValue(state, row.Position, row.Loop));
        }

        for (var i = 0; i < rows.Length; i++)
        {
            var row = rows[i];
            var visible = batch.VisibleSlots(i);
            Require(visible.Length == row.Position + 1 && visible[^1] == row.KvSlot, "a row must see positions 0 to its own");
            for (var position = 0; position < visible.Length; position++)
            {
                var content = _contents[visible[position]] ?? throw new InvalidOperationException("A row sees a slot that was never written.");
                Require((content.Sequence, content.Position) == (row.Sequence, position), "a row sees a slot of another position or sequence");
                _states[row.RowSlot] = ScriptedModel.Attend(_states[row.RowSlot], content.Value);
            }

            if (!gateLogits.IsEmpty)
            {
                gateLogits[i] = model.GateLogit(row.Position, row.Loop, _states[row.RowSlot]);
            }

            if (!stateChanges.IsEmpty)
            {
                stateChanges[i] = model.StateChange(row.Position, row.Loop);
            }
        }
    }

    /// <inheritdoc/>
    public void RunHead(ReadOnlySpan<int> rowSlots, Span<float> logits)
    {
        BeforeHead?.Invoke();
        HeadRows += rowSlots.Length;
        for (var i = 0; i < rowSlots.Length; i++)
        {
            var row = logits.Slice(i * Model.VocabularySize, Model.VocabularySize);
            model.Head(_bySlot[rowSlots[i]].Position, _states[rowSlots[i]], row);
            if (BreaksLogits(_bySlot[rowSlots[i]]))
            {
                row[^1] = float.NaN;
            }
        }
    }

    /// <inheritdoc/>
    public void ReadStates(ReadOnlySpan<int> rowSlots, Span<float> states)
    {
        for (var i = 0; i < rowSlots.Length; i++)
        {
            states[2 * i] = (uint)_states[rowSlots[i]];
            states[(2 * i) + 1] = (uint)(_states[rowSlots[i]] >> 32);
        }
    }

    /// <inheritdoc/>
    public void Release(int sequence)
    {
        _liveSequences.Remove(sequence);
        AfterRelease?.Invoke();
    }

    /// <inheritdoc/>
    public void Dispose() => IsDisposed = true;

    private static void Require(bool condition, string fault)
    {
        if (!condition)
        {
            throw new InvalidOperationException($"Runner contract: {fault}.");
        }
    }

    private sealed record Content(int Sequence, int Position, ulong Value);
}
