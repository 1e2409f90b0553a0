using LoopLM.Engine.Requests;

namespace LoopLM.Engine.Scheduling;

/// <summary>The sequences that one request asks for. They are queued together or refused together, and each starts when there is room for it.</summary>
internal sealed class SequenceGroup
{
    public SequenceGroup(RequestClient client, Sequence[] sequences)
    {
        (Client, Sequences, Waiting) = (client, sequences, [.. sequences]);
        Array.ForEach(sequences, sequence => sequence.Client = client);
    }

    public RequestClient Client { get; }

    public IReadOnlyList<Sequence> Sequences { get; }

    /// <summary>Those that wait for a place, in their order.</summary>
    public List<Sequence> Waiting { get; }

    /// <summary>Its place among the groups of which none has started; null once one has. From then on it cannot wait too long.</summary>
    public LinkedListNode<SequenceGroup>? Unstarted { get; set; }
}
