using LoopLM.Engine.Requests;

namespace LoopLM.Engine.Tests.Execution.RandomOperations;

/// <summary>Something that a client, the time or the device does to an engine.</summary>
internal abstract record Operation
{
    /// <summary>A request of some choices.</summary>
    public sealed record Submit(RequestClient Client, GenerationRequest Request, int Choices, TokenRule? Rule) : Operation;

    /// <summary>The reader of one of the generations goes away.</summary>
    public sealed record Cancel(int Index) : Operation;

    /// <summary>The reader of one of the generations has all it wanted.</summary>
    public sealed record Stop(int Index) : Operation;

    public sealed record Tick(int Count) : Operation;

    public sealed record Wait(TimeSpan Time) : Operation;

    /// <summary>A tick in which the runner throws.</summary>
    public sealed record Fault(bool InHead) : Operation;

    /// <summary>The runner throws when it learns that a sequence is over.</summary>
    public sealed record FaultyRelease : Operation;

    public sealed record CancelAll : Operation;
}
