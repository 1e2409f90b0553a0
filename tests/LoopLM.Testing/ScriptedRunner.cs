using LoopLM.Engine.Runners;

namespace LoopLM.Testing;

/// <summary>
/// Runs a <see cref="ScriptedModel"/> and checks on every row that the engine keeps the runner's contract. It can be made to fail.
/// </summary>
public sealed class ScriptedRunner(ScriptedModel model, RunnerCapacity capacity) : IModelRunner
{
    private readonly ulong[] _states = new ulong[capacity.Rows];
    private readonly Content?[] _contents = new Content?[capacity.KvSlots];
    private readonly Content?[] _prelude = new Content?[capacity.PositionSlots];
    private readonly Content?[] _coda = new Content?[capacity.PositionSlots];
    private readonly List<ulong> _codaStates = [];
    private readonly HashSet<int> _liveSequences = [];

    /// <inheritdoc/>
    public string Name => "scripted";

    /// <inheritdoc/>
    public ModelDescription Model => model.Description;

    /// <summary>The rows of every tick so far.</summary>
    public List<LoopRow[]> Ticks { get; } = [];

    /// <summary>Rows that went through the head.</summary>
    public int HeadRows { get; private set; }

    /// <summary>Whether the gate was requested in the last tick.</summary>
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

        for (var i = 0; i < rows.Length; i++)
        {
            var row = rows[i];
            _liveSequences.Add(row.Sequence);
            _bySlot[row.RowSlot] = row;
            if (row.Loop == 1)
            {
                _states[row.RowSlot] = ScriptedModel.Embed(row.Token);
                Write(_prelude, PositionLayers.Prelude, row, _states[row.RowSlot], batch.PositionSlots(i));
            }
        }

        for (var i = 0; i < rows.Length; i++)
        {
            var row = rows[i];
            if (row.Loop == 1 && model.Description.HasPrelude)
            {
                _states[row.RowSlot] = Attend(_prelude, row, _states[row.RowSlot], batch.PositionSlots(i));
            }

            _contents[row.KvSlot] = new Content(row.Position, ScriptedModel.KeyValue(_states[row.RowSlot], row.Position, row.Loop));
        }

        for (var i = 0; i < rows.Length; i++)
        {
            var row = rows[i];
            Require(batch.VisibleSlots(i)[^1] == row.KvSlot, "a row must see its own slot last");
            _states[row.RowSlot] = Attend(_contents, row, _states[row.RowSlot], batch.VisibleSlots(i));

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
    public void RunHead(LoopBatch rows, Span<float> logits)
    {
        BeforeHead?.Invoke();
        HeadRows += rows.Rows.Length;
        _codaStates.Clear();
        for (var i = 0; i < rows.Rows.Length; i++)
        {
            var state = _states[rows.Rows[i].RowSlot];
            _codaStates.Add(state);
            Write(_coda, PositionLayers.Coda, rows.Rows[i], state, rows.PositionSlots(i));
        }

        for (var i = 0; i < rows.Rows.Length; i++)
        {
            var row = rows.Rows[i];
            var state = model.Description.HasCoda ? Attend(_coda, row, _codaStates[i], rows.PositionSlots(i)) : _codaStates[i];
            var rowLogits = logits.Slice(i * Model.VocabularySize, Model.VocabularySize);
            model.Head(row.Position, state, rowLogits);
            if (BreaksLogits(_bySlot[row.RowSlot]))
            {
                rowLogits[^1] = float.NaN;
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

    private void Write(Content?[] contents, PositionLayers layers, LoopRow row, ulong state, ReadOnlySpan<int> slots)
    {
        if ((Model.PositionLayers & layers) != 0)
        {
            contents[slots[^1]] = new Content(row.Position, ScriptedModel.PositionKeyValue(state, row.Position, layers));
        }
    }

    private static ulong Attend(Content?[] contents, LoopRow row, ulong state, ReadOnlySpan<int> slots)
    {
        Require(slots.Length == row.Position + 1, "a row must see positions 0 to its own");
        for (var position = 0; position < slots.Length; position++)
        {
            var content = contents[slots[position]] ?? throw new InvalidOperationException("A row sees a slot that was never written.");
            Require(content.Position == position, "a row sees a slot of another position");
            state = ScriptedModel.Attend(state, content.Value);
        }

        return state;
    }

    private static void Require(bool condition, string fault)
    {
        if (!condition)
        {
            throw new InvalidOperationException($"Runner contract: {fault}.");
        }
    }

    private sealed record Content(int Position, ulong Value);
}
