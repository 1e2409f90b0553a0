using LoopLM.Engine.Requests;
using LoopLM.Engine.Runners;
using LoopLM.Engine.Scheduling;
using Microsoft.Extensions.Logging;

namespace LoopLM.Engine.Execution;

/// <summary>Ends sequences: their reader is told, and what they hold is free.</summary>
internal sealed class SequenceEnds(
    Scheduler scheduler, QueuePlaces places, MaskWorkers masks, IModelRunner runner, EngineMetrics metrics, ILogger logger)
{
    /// <summary>Ends a running sequence. Its rows go at the next <see cref="RowTable.Compact"/>.</summary>
    public void End(Sequence sequence, in GenerationEvent end)
    {
        sequence.HasEnded = true;
        Release(sequence);
        Publish(sequence, end);
    }

    /// <summary>Ends a running sequence in an error.</summary>
    public void Fail(Sequence sequence, string error, bool isRequestsFault = false)
    {
        EngineLog.SequenceFailed(logger, sequence.Number, error);
        End(sequence, GenerationEvent.Failed(error, isRequestsFault));
    }

    /// <summary>Ends what has waited for a place for as long as it may.</summary>
    public void EndExpired(TimeProvider time, TimeSpan longest)
    {
        while (scheduler.RemoveFromQueue(time, longest) is { } waiting)
        {
            EndWaiting(waiting, GenerationEvent.Finished(FinishReason.QueueTimeout, places.DrainTime()));
        }
    }

    /// <summary>Ends what readers ask to end. Returns whether any of it was running.</summary>
    public bool EndAsAsked()
    {
        while (scheduler.RemoveAskedToEndFromQueue() is { Generation.EndAsked: { } reason } waiting)
        {
            EndWaiting(waiting, GenerationEvent.Finished(reason));
        }

        var ended = false;
        for (var i = scheduler.Running.Count - 1; i >= 0; i--)
        {
            if (scheduler.Running[i] is { Generation.EndAsked: { } reason } running)
            {
                End(running, GenerationEvent.Finished(reason));
                ended = true;
            }
        }

        return ended;
    }

    /// <summary>Ends everything. Every end is published before anything is freed, so that a bug in what is freed leaves no reader waiting.</summary>
    public void EndAll(in GenerationEvent end)
    {
        while (scheduler.RemoveFromQueue() is { } waiting)
        {
            EndWaiting(waiting, end);
        }

        foreach (var running in scheduler.Running)
        {
            if (!running.HasEnded)
            {
                running.HasEnded = true;
                Publish(running, end);
            }
        }

        for (var i = scheduler.Running.Count - 1; i >= 0; i--)
        {
            Release(scheduler.Running[i]);
        }
    }

    private void EndWaiting(Sequence sequence, in GenerationEvent end)
    {
        places.Return(sequence.Client, 1, sequence.Prompt.Length);
        Publish(sequence, end);
    }

    private void Release(Sequence sequence)
    {
        scheduler.Remove(sequence);
        if (sequence.Constraint is { } constraint)
        {
            masks.Drop(constraint);
        }

        try
        {
            runner.Release(sequence.Number);
        }
        catch (Exception exception)
        {
            EngineLog.ReleaseFailed(logger, exception, sequence.Number);
        }
    }

    private void Publish(Sequence sequence, in GenerationEvent end)
    {
        metrics.Ended(end);
        sequence.Generation.Publish(end);
    }
}
