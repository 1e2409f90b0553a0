using LoopLM.Engine.Exits;
using LoopLM.Engine.Kv;
using LoopLM.Engine.Requests;
using LoopLM.Engine.Sampling;
using LoopLM.Engine.Scheduling;
using LoopLM.Engine.Speculation;
using LoopLM.Engine.Telemetry;

namespace LoopLM.Engine.Execution;

/// <summary>Publishes chosen tokens, confirms the drafts that they agree with, and drops the others.</summary>
internal sealed class OutputProcessor(
    RowTable rows,
    KvLedger ledger,
    SequenceFinisher finisher,
    MaskWorkers masks,
    IDraftStrategy drafts,
    int modelLoops,
    double? syntheticAcceptance,
    EngineMetrics metrics,
    TimeProvider time)
{
    private ExitCounts _exits;

    /// <summary>Tokens generated since the start.</summary>
    public long GeneratedTokens { get; private set; }

    /// <summary>Sum of their exit steps.</summary>
    public long ExitSteps { get; private set; }

    /// <summary>Loops of the model that they did not run, because they left earlier.</summary>
    public long SavedLoops { get; private set; }

    /// <summary>Drafts made since the start.</summary>
    public long DraftTokens { get; private set; }

    /// <summary>Those that were accepted.</summary>
    public long AcceptedDraftTokens { get; private set; }

    /// <summary>All of them by where and why they left.</summary>
    public ExitCounts Exits => _exits;

    /// <summary>Counts a draft that a sequence has made.</summary>
    public void CountDraft(Sequence sequence)
    {
        sequence.Drafts.Draft();
        DraftTokens++;
    }

    /// <summary>The token after the oldest position is chosen: drafts that begin with another token are dropped.</summary>
    /// <param name="sequence">The sequence.</param>
    /// <param name="token">The token; where acceptance is synthetic, the draft's that is taken for it.</param>
    /// <returns>Whether a draft was accepted.</returns>
    public bool Settle(Sequence sequence, ref int token)
    {
        if (sequence.DraftCount > 0)
        {
            var (draft, loop) = sequence.Window[sequence.ConfirmedCount];
            var isAccepted = syntheticAcceptance is { } share
                ? CounterRandom.Uniform(sequence.Seed, ~sequence.Generated) < share
                : draft == token;
            sequence.Drafts.Resolve(loop, isAccepted);
            drafts.Resolve(loop, isAccepted);
            if (isAccepted)
            {
                AcceptedDraftTokens++;
                token = draft;
                return true;
            }
        }

        DropDrafts(sequence, sequence.PositionOf(sequence.ConfirmedCount));
        sequence.Accept(token);
        return false;
    }

    /// <summary>Drops the drafts of a sequence from a position on.</summary>
    public void DropDrafts(Sequence sequence, int fromPosition)
    {
        var kept = fromPosition - sequence.PositionOf(0);
        var dropped = sequence.Window.Count - kept;
        if (dropped <= 0)
        {
            return;
        }

        for (var index = kept; index < sequence.Window.Count; index++)
        {
            if (sequence.Window[index].RowSlot is { } slot)
            {
                rows[slot].Apply(PositionChange.Drop);
            }
        }

        sequence.Window.Truncate(kept);
        sequence.Rewind(dropped);
        ledger.Drop(sequence.Number, fromPosition);
    }

    /// <summary>A position that has left is certain now: the worst case of its sequence shrinks.</summary>
    public void Confirm(ref Row row)
    {
        row.Apply(PositionChange.Confirm);
        ledger.Confirm(row.Sequence.Number, row.Position, row.ExitStep);
    }

    /// <summary>
    /// Ends the sequence of a row in an error. A draft that fails is dropped: if its token comes
    /// after all, it runs again and fails for certain.
    /// </summary>
    public void Fail(in Row row, string error, bool isRequestsFault = false)
    {
        if (row.Sequence.IsCertain(row.Position))
        {
            finisher.Fail(row.Sequence, error, isRequestsFault);
        }
        else
        {
            DropDrafts(row.Sequence, row.Position);
        }
    }

    /// <summary>Publishes the token that a row has chosen. The next position goes on: as the draft that it was, or anew.</summary>
    public void Publish(ref Row row)
    {
        var (sequence, exitStep, (token, logprobs, isDrafted), now) = (row.Sequence, row.ExitStep, row.Choice, time.GetTimestamp());
        var first = sequence.Generated == 0;
        var reason = row.IsPrompt ? ExitReason.Prompt : sequence.Exit.ReasonFor(exitStep);
        var latency = time.GetElapsedTime(first ? sequence.AcceptedAt : sequence.LastTokenAt, now);
        metrics.Generated(exitStep, sequence.Exit.Policy.Name, reason, first, latency);
        GeneratedTokens++;
        ExitSteps += exitStep;
        SavedLoops += Math.Max(0, modelLoops - exitStep);
        _exits.Add(exitStep, reason);
        if (!row.IsPrompt)
        {
            sequence.Drafts.Exit(exitStep);
            sequence.Keep(row.Position, row.Token, isFull: exitStep >= modelLoops);
        }

        row.Apply(PositionChange.Publish);
        sequence.Publish(token, now);
        var next = GenerationEvent.ForToken(token, exitStep, rows.Gates(row.RowSlot), logprobs, row.LoopLogprobs, isDrafted);
        sequence.Generation.Publish(sequence.WithCounts(next));
        if (sequence.StopTokens.Contains(token))
        {
            finisher.Finish(sequence, GenerationEvent.Finished(FinishReason.Stop));
        }
        else if (sequence.Generated == sequence.MaxTokens)
        {
            finisher.Finish(sequence, GenerationEvent.Finished(FinishReason.Length));
        }
        else
        {
            GoOn(sequence, token);
        }
    }

    private void GoOn(Sequence sequence, int token)
    {
        var window = sequence.Window;
        if (window.Count == 0)
        {
            window.Add(token);
        }
        else if (window[0].RowSlot is { } slot && rows[slot].State == PositionState.Exited)
        {
            Confirm(ref rows[slot]);
        }

        if (sequence.Constraint is { } constraint)
        {
            constraint.Accept(token);
            masks.Want(constraint);
        }
    }
}
