using LoopLM.Engine.Requests;
using LoopLM.Engine.Scheduling;

namespace LoopLM.Engine.Execution;

/// <summary>Accepted requests that hold places in the queue. They are committed on the engine's thread, or their places are returned.</summary>
internal sealed class Submission(SequenceGroup group, Scheduler scheduler, SequenceFinisher finisher, QueueCapacity places)
{
    /// <summary>A generation for each request.</summary>
    public Generation[] Generations { get; } = [.. group.Sequences.Select(sequence => sequence.Generation)];

    /// <summary>Queues the requests.</summary>
    public void Commit()
    {
        scheduler.Enqueue(group);
        foreach (var sequence in group.Sequences)
        {
            // A reader may have asked for the end before the sequence was queued.
            if (sequence.Generation.EndAsked is not null)
            {
                finisher.Request(sequence);
            }
        }
    }

    /// <summary>Gives the places back: the requests cannot be queued any more.</summary>
    public void Return() => places.Return(group.Client, group.Sequences.Count, group.PromptTokens);
}
