using System.Collections.Concurrent;
using LoopLM.Engine.Kv;
using LoopLM.Engine.Requests;
using LoopLM.Engine.Runners;
using LoopLM.Engine.Scheduling;
using LoopLM.Engine.Telemetry;
using Microsoft.Extensions.Logging;

namespace LoopLM.Engine.Execution;

/// <summary>Ends sequences: their reader is informed, and what they hold is free.</summary>
internal sealed class SequenceFinisher(
    Scheduler scheduler, PrefixCache prefixes, QueueCapacity queue, MaskWorkers masks, IModelRunner runner, EngineMetrics metrics,
    TimeProvider time, ILogger logger)
{
    private readonly ConcurrentQueue<Sequence> _requested = new();

    /// <summary>
    /// Notes that the reader of a sequence requests its end. Any thread may call it. One that is not queued yet is noted again when it is.
    /// </summary>
    public void Request(Sequence sequence) => _requested.Enqueue(sequence);

    /// <summary>Ends a running sequence. Its rows are freed at the next <see cref="RowTable.Compact"/>.</summary>
    public void Finish(Sequence sequence, in GenerationEvent end)
    {
        // Asked first: where the clock has a bug, the sequence still runs and is ended with all others.
        var now = time.GetTimestamp();
        sequence.End();
        if (end.Kind == GenerationEventKind.Finished && sequence is { PrefixKey: { } key, HasReadPrompt: true })
        {
            prefixes.Insert(sequence.Number, key, sequence.KeptTokens(), sequence.ExactCount);
        }

        Release(sequence);
        Publish(sequence, end, now);
    }

    /// <summary>
    /// Ends a running sequence in an error. One that its request is at fault for is the client's to know, not the operator's.
    /// </summary>
    public void Fail(Sequence sequence, string error, bool isRequestsFault = false)
    {
        if (!isRequestsFault)
        {
            EngineLog.SequenceFailed(logger, sequence.Number, error);
        }

        Finish(sequence, GenerationEvent.Failed(error, isRequestsFault));
    }

    /// <summary>Ends what has waited for admission for as long as it may.</summary>
    public void FinishExpired(TimeSpan longest)
    {
        while (scheduler.FindExpired(time, longest) is { } waiting)
        {
            FinishWaiting(waiting, GenerationEvent.Finished(FinishReason.QueueTimeout, queue.DrainTime()), time.GetTimestamp());
        }
    }

    /// <summary>Ends what readers ask to end. Returns whether any of it was running.</summary>
    public bool FinishRequested()
    {
        var wasRunning = false;
        while (_requested.TryDequeue(out var sequence))
        {
            if (sequence is { State: SequenceState.Queued, Generation.EndAsked: { } reason })
            {
                FinishWaiting(sequence, GenerationEvent.Finished(reason), time.GetTimestamp());
            }
            else if (sequence is { State: SequenceState.Running, Generation.EndAsked: { } end })
            {
                Finish(sequence, GenerationEvent.Finished(end));
                wasRunning = true;
            }
        }

        return wasRunning;
    }

    /// <summary>
    /// Ends everything. Every end is published before anything is freed, and without asking the clock, so
    /// that a bug in either leaves no reader waiting.
    /// </summary>
    public void FinishAll(in GenerationEvent end)
    {
        while (scheduler.FindWaiting() is { } waiting)
        {
            FinishWaiting(waiting, end, now: 0);
        }

        foreach (var running in scheduler.Running)
        {
            if (!running.HasEnded)
            {
                running.End();
                Publish(running, end, now: 0);
            }
        }

        for (var i = scheduler.Running.Count - 1; i >= 0; i--)
        {
            Release(scheduler.Running[i]);
        }
    }

    private void FinishWaiting(Sequence sequence, in GenerationEvent end, long now)
    {
        scheduler.Dequeue(sequence);
        sequence.End();
        queue.Return(sequence.Client, 1, sequence.Prompt.Length);
        Publish(sequence, end, now);
    }

    private void Release(Sequence sequence)
    {
        scheduler.Remove(sequence);
        masks.Drop(sequence.Constraint);
        masks.Drop(sequence.DraftConstraint);

        try
        {
            runner.Release(sequence.Number);
        }
        catch (Exception exception)
        {
            EngineLog.ReleaseFailed(logger, exception, sequence.Number);
        }
    }

    private void Publish(Sequence sequence, in GenerationEvent end, long now)
    {
        var generation = sequence.Generation;
        generation.End(now);
        metrics.Ended(end, sequence.Prompt.Length, sequence.Generated, generation.Times, time);
        generation.Publish(sequence.WithCounts(end));
    }
}
