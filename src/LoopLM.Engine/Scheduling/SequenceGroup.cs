using LoopLM.Engine.Requests;

namespace LoopLM.Engine.Scheduling;

/// <summary>
/// The sequences that one request wants. They are queued together or refused together, and each starts when there is room for it.
/// </summary>
internal sealed class SequenceGroup(Sequence[] sequences)
{
    public RequestClient Client => Sequences[0].Client;

    public IReadOnlyList<Sequence> Sequences { get; } = sequences;

    /// <summary>Tokens of all their prompts.</summary>
    public long PromptTokens { get; } = sequences.Sum(sequence => (long)sequence.Prompt.Length);

    /// <summary>Those that wait for admission, in their order.</summary>
    public List<Sequence> Waiting { get; } = [.. sequences];

    /// <summary>Its place among the groups of which none has started; null once one has. From then on it cannot wait too long.</summary>
    public LinkedListNode<SequenceGroup>? Unstarted { get; set; }
}
