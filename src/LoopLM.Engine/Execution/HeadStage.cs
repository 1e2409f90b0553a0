using LoopLM.Engine.Configuration;
using LoopLM.Engine.Kv;
using LoopLM.Engine.Requests;
using LoopLM.Engine.Runners;
using LoopLM.Engine.Sampling;
using LoopLM.Engine.Scheduling;
using LoopLM.Engine.Speculation;

namespace LoopLM.Engine.Execution;

/// <summary>
/// Puts the states of rows through the head: for the tokens of positions that are certain, for scores of prompt tokens, for reports of
/// loops, and for drafts. It keeps its buffers, so that a tick allocates nothing unless log-probabilities are requested.
/// </summary>
internal sealed class HeadStage(
    IModelRunner runner,
    RowTable rows,
    KvLedger ledger,
    TokenChooser chooser,
    OutputProcessor output,
    SequenceFinisher finisher,
    RunnerFailures failures,
    PassCosts costs,
    TimeProvider time,
    int maxRows)
{
    private readonly float[] _logits = new float[Math.Min(maxRows, EngineOptions.MaxHeadRows) * runner.Model.VocabularySize];
    private readonly float[] _scratch = new float[runner.Model.VocabularySize];
    private readonly LoopBatchBuilder _batch = new(Math.Min(maxRows, EngineOptions.MaxHeadRows));
    private readonly int[] _slots = new int[maxRows];
    private readonly bool[] _isAdded = new bool[maxRows];
    private int _count;

    /// <summary>What the runner has taken for heads since the start.</summary>
    public TimeSpan RunnerTime { get; private set; }

    /// <summary>Reads every row that needs the head in this tick.</summary>
    /// <param name="tick">The tick's number.</param>
    public void Run(long tick)
    {
        Collect();
        for (var first = 0; first < _count && failures.Latched is null; first += EngineOptions.MaxHeadRows)
        {
            var slots = _slots.AsSpan(first, Math.Min(EngineOptions.MaxHeadRows, _count - first));
            var logits = _logits.AsSpan(0, slots.Length * runner.Model.VocabularySize);
            if (!TryRunHead(tick, slots, logits))
            {
                continue;
            }

            for (var i = 0; i < slots.Length; i++)
            {
                Read(ref rows[slots[i]], logits.Slice(i * runner.Model.VocabularySize, runner.Model.VocabularySize));
            }
        }

        _count = 0;
    }

    /// <summary>Certain positions come first, each before its drafts, so that a draft is read when all before it are.</summary>
    private void Collect()
    {
        foreach (var slot in rows.Parked)
        {
            AddConfirmed(slot);
        }

        foreach (var slot in rows.Running)
        {
            AddConfirmed(slot);
        }

        foreach (var slot in rows.Running)
        {
            if (rows[slot] is { NeedsHead: true, IsOver: false })
            {
                rows[slot].NeedsHead = false;
                Add(slot);
            }
        }

        foreach (var slot in _slots.AsSpan(0, _count))
        {
            _isAdded[slot] = false;
        }
    }

    /// <summary>
    /// Adds a row whose token can be chosen. Drafts after it that have left come with it: where its token confirms them, they are published
    /// in the same tick, unless the mask of their token depends on it.
    /// </summary>
    private void AddConfirmed(int slot)
    {
        if (!rows[slot].IsReadable)
        {
            return;
        }

        Add(slot);
        var sequence = rows[slot].Sequence;
        for (var index = sequence.ConfirmedCount;
            rows[slot].YieldsToken && sequence.Constraint is null && index < sequence.Window.Count;
            index++)
        {
            if (sequence.Window[index].RowSlot is not { } draft || rows[draft].State != PositionState.Exited)
            {
                return;
            }

            Add(draft);
        }
    }

    private void Add(int slot)
    {
        if (!_isAdded[slot])
        {
            _isAdded[slot] = true;
            _slots[_count++] = slot;
        }
    }

    private bool TryRunHead(long tick, ReadOnlySpan<int> slots, Span<float> logits)
    {
        _batch.Clear();
        foreach (var slot in slots)
        {
            ref var row = ref rows[slot];
            var positions = runner.Model.HasCoda ? ledger.PositionSlots(row.Sequence.Number, row.Position + 1) : default;
            _batch.Add(new LoopRow(slot, row.Sequence.Number, row.Position, row.Loop, KvSlot: -1, row.Token), default, positions);
        }

        try
        {
            var started = time.GetTimestamp();
            runner.RunHead(_batch.Batch, logits);
            var elapsed = time.GetElapsedTime(started);
            costs.Add(slots.Length, elapsed.TotalSeconds);
            RunnerTime += elapsed;
            return true;
        }
        catch (Exception exception)
        {
            failures.Handle(exception, tick, slots);
            return false;
        }
    }

    private void Read(ref Row row, ReadOnlySpan<float> logits)
    {
        if (row.IsOver)
        {
            return;
        }

        var sequence = row.Sequence;
        var reportsLoop = row.LoopLogprobs is { } loops && loops.Count < row.Loop;
        var top = row.State != PositionState.Confirmed ? null
            : row.YieldsToken ? sequence.Reports.Logprobs
            : sequence.Reports.PromptLogprobs;
        var scores = top is null && !reportsLoop ? default : new LogSoftmax(logits, _scratch);
        if (!scores.IsFinite)
        {
            output.Fail(row, TokenChooser.NotFinite(row).Message);
            return;
        }

        if (reportsLoop)
        {
            row.LoopLogprobs!.Add(scores.Top(sequence.Reports.LoopLogprobs));
        }

        if (row.State is PositionState.Looping or PositionState.Exited)
        {
            Draft(ref row, logits);
        }
        else if (row.State == PositionState.Observing)
        {
            if (row.Loop == sequence.ObservedLoops)
            {
                output.Publish(ref row);
            }
        }
        else if (!row.YieldsToken)
        {
            PublishPrompt(ref row, scores, top);
        }
        else if (sequence.MaxTokens == 0)
        {
            finisher.Finish(sequence, GenerationEvent.Finished(FinishReason.Length));
        }
        else if (row.IsReadable)
        {
            Choose(ref row, logits, scores, top);
        }
    }

    private static void PublishPrompt(ref Row row, LogSoftmax scores, int? top)
    {
        if (top is { } count)
        {
            var next = row.Sequence.Prompt.Span[row.Position + 1];
            row.Sequence.Generation.Publish(GenerationEvent.ForPromptToken(next, scores.Report(next, count)));
        }

        row.Apply(PositionChange.Publish);
    }

    private void Choose(ref Row row, ReadOnlySpan<float> logits, LogSoftmax scores, int? top)
    {
        var sequence = row.Sequence;
        if (chooser.Choose(row, sequence.Constraint, logits, sequence.DraftCount, out var token) is { } problem)
        {
            output.Fail(row, problem.Message, problem.IsRequestsFault);
            return;
        }

        var isDrafted = output.Settle(sequence, ref token);
        row.Choice = (token, top is { } count ? scores.Report(token, count, sequence.LogprobTokens) : null, isDrafted);
        if (!row.IsPrompt && row.Loop < sequence.ObservedLoops)
        {
            // The loops that it skipped are reported with the token.
            row.Apply(PositionChange.Observe);
        }
        else
        {
            output.Publish(ref row);
        }
    }

    /// <summary>
    /// The newest position drafts the one after it. Where no token can be chosen, or one that ends the text,
    /// nothing starts: the position's own exit decides.
    /// </summary>
    private void Draft(ref Row row, ReadOnlySpan<float> logits)
    {
        var sequence = row.Sequence;
        if (!row.Drafts || row.Position != sequence.NewestPosition)
        {
            return;
        }

        row.Drafts = false;
        row.HasDrafted = true;
        if (chooser.Choose(row, sequence.DraftConstraint, logits, drafts: 0, out var token) is null && !sequence.StopTokens.Contains(token))
        {
            sequence.Accept(token);
            sequence.Window.Add(token, draftLoop: row.Loop);
            output.CountDraft(sequence);
        }
    }
}
