using LoopLM.Engine.Exits;
using LoopLM.Engine.Kv;
using LoopLM.Engine.Runners;
using LoopLM.Engine.Sampling;
using LoopLM.Engine.Scheduling;
using LoopLM.Engine.Speculation;
using LoopLM.Engine.Telemetry;
using Microsoft.Extensions.Logging;

namespace LoopLM.Engine.Execution;

/// <summary>After a loop: counts it in every row, decides which rows leave, and notes what the head is to read.</summary>
internal sealed class ExitStage(
    ModelDescription model,
    RowTable rows,
    KvLedger ledger,
    PrefixCache prefixes,
    OutputProcessor output,
    IDraftStrategy drafts,
    EngineMetrics metrics,
    ILogger logger)
{
    private LoopCounts _prefillRows;
    private LoopCounts _decodeRows;

    /// <summary>Rows of prompts that ran since the start, by the loop that they ran.</summary>
    public LoopCounts PrefillRows => _prefillRows;

    /// <summary>Rows of generated positions that ran since the start, by the loop that they ran.</summary>
    public LoopCounts DecodeRows => _decodeRows;

    /// <summary>Prompt tokens that were looked for among cached prefixes since the start.</summary>
    public long PrefixQueries { get; private set; }

    /// <summary>Those that were found there.</summary>
    public long PrefixHits { get; private set; }

    /// <summary>Decides on the rows of a plan that has run.</summary>
    /// <param name="plan">The plan; its rows are the running rows in their order.</param>
    /// <param name="gateLogits">Of each row, where the plan reads them.</param>
    /// <param name="stateChanges">Of each row, where the plan reads them.</param>
    public void Run(TickPlan plan, ReadOnlySpan<float> gateLogits, ReadOnlySpan<float> stateChanges)
    {
        for (var i = 0; i < plan.Batch.Rows.Length; i++)
        {
            ref var row = ref rows[plan.Batch.Rows[i].RowSlot];
            if (row.IsOver)
            {
                continue;
            }

            row.Loop++;
            (row.IsPrompt ? ref _prefillRows : ref _decodeRows).Add(row.Loop);
            if (row.State == PositionState.Observing)
            {
                ledger.EndObservation(row.Sequence.Number);
                row.NeedsHead = true;
            }
            else if (TryReadSignals(ref row, gateLogits[i], stateChanges[i]))
            {
                Decide(ref row, stateChanges[i]);
            }
        }
    }

    private bool TryReadSignals(ref Row row, float gateLogit, float stateChange)
    {
        var reads = row.Reads;
        if ((reads.Has(ExitSignals.Gate) && float.IsNaN(gateLogit)) || (reads.Has(ExitSignals.StateChange) && float.IsNaN(stateChange)))
        {
            output.Fail(row, $"The model computed NaN at position {row.Position}, loop {row.Loop}.");
            return false;
        }

        if (reads.Has(ExitSignals.Gate))
        {
            var probability = ExitDistribution.GateProbability(gateLogit);
            row.Distribution.Add(probability);
            rows.Gates(row.RowSlot).Add(probability);
            if (!row.IsPrompt)
            {
                metrics.GateRead(probability);
            }
        }

        return true;
    }

    private void Decide(ref Row row, float stateChange)
    {
        if (ShouldExit(row, stateChange))
        {
            Exit(ref row);
        }

        if (row.State is PositionState.Looping or PositionState.Exited)
        {
            row.Drafts = ShouldDraft(row);
            row.NeedsHead = row.Drafts || row.LoopLogprobs is not null;
        }
    }

    /// <summary>The policies are given from outside: one that throws ends the request that chose it.</summary>
    private bool ShouldExit(in Row row, float stateChange)
    {
        var sequence = row.Sequence;
        if (row.IsPrompt)
        {
            return row.Loop == model.Loops;
        }

        try
        {
            return sequence.Exit.ShouldExit(row.TokenIndex, row.Loop, row.Distribution, stateChange);
        }
        catch (Exception exception)
        {
            EngineLog.PolicyFailed(logger, exception, sequence.Exit.Policy.Name);
            output.Fail(row, "The exit policy failed.");
            return false;
        }
    }

    private void Exit(ref Row row)
    {
        var sequence = row.Sequence;
        row.Apply(PositionChange.Exit);
        ledger.Exit(sequence.Number, row.Position, row.Loop);
        if (row is { IsPrompt: true, YieldsToken: true })
        {
            ledger.FinishPrompt(sequence.Number);
            sequence.FinishPrompt();
            if (sequence.PrefixKey is { } key)
            {
                PrefixQueries += sequence.Prompt.Length;
                PrefixHits += sequence.CachedPrompt;
                prefixes.Insert(sequence.Number, key, sequence.KeptTokens(), sequence.ExactCount);
            }
        }

        if (!sequence.IsCertain(row.Position))
        {
            return;
        }

        output.Confirm(ref row);
        if (!row.IsRead && !model.HasCoda)
        {
            row.Apply(PositionChange.Publish);
        }
        else if (!row.IsReadable)
        {
            metrics.MaskIsLate();
        }
    }

    /// <summary>
    /// Whether the newest position of a sequence drafts the one after it now: there is room for it, it would run, and its mask is there
    /// where it has one. The coda reads those of the positions before, which a prompt that is looping does not have yet.
    /// </summary>
    private bool ShouldDraft(in Row row)
    {
        var sequence = row.Sequence;
        return row is { YieldsToken: true, HasDrafted: false }
            && row.Position == sequence.NewestPosition
            && sequence is { CanDraft: true, DraftCount: < TokenTail.MaxDrafts, DraftConstraint: null or { IsReady: true } }
            && row.TokenIndex + 1 < sequence.MaxTokens
            && !(row.IsPrompt && model.HasCoda)
            && drafts.DraftLoop(sequence) is > 0 and var loop
            && (row.Loop >= loop || row.State == PositionState.Exited);
    }
}
