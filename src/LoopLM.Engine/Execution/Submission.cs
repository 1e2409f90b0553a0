using LoopLM.Engine.Requests;
using LoopLM.Engine.Scheduling;

namespace LoopLM.Engine.Execution;

/// <summary>
/// Accepted requests that have room reserved in the queue. They are committed on the engine's thread, or the room is released.
/// </summary>
internal sealed class Submission(SequenceGroup group, Scheduler scheduler, SequenceFinisher finisher, QueueCapacity queue)
{
    /// <summary>A generation for each request.</summary>
    public Generation[] Generations { get; } = [.. group.Sequences.Select(sequence => sequence.Generation)];

    /// <summary>Queues the requests.</summary>
    public void Commit()
    {
        scheduler.Enqueue(group);
        foreach (var sequence in group.Sequences)
        {
            // A reader may have requested the end before the sequence was queued.
            if (sequence.Generation.EndAsked is not null)
            {
                finisher.Request(sequence);
            }
        }
    }

    /// <summary>Releases the room: the requests cannot be queued any more.</summary>
    public void Return() => queue.Return(group.Client, group.Sequences.Count, group.PromptTokens);
}
