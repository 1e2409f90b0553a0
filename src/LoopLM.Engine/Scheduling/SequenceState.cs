namespace LoopLM.Engine.Scheduling;

/// <summary>Where a sequence is on its way through the engine.</summary>
internal enum SequenceState
{
    /// <summary>It has room in the queue, and is on its way there.</summary>
    Accepted,

    /// <summary>It waits in the queue.</summary>
    Queued,

    /// <summary>It has a number, KV slots and rows.</summary>
    Running,

    /// <summary>Its end is published.</summary>
    Ended,
}
