namespace LoopLM.Engine.Exits;

/// <summary>How deep the tokens of a request may go. What is null is filled in from the options, then from the model.</summary>
public sealed record ExitSettings
{
    /// <summary>Name of an exit policy.</summary>
    public string? Policy { get; init; }

    /// <summary>The policy's threshold, 0 or more.</summary>
    public float? Threshold { get; init; }

    /// <summary>The first loop a generated token may leave at, 1..max_loops. Default 1.</summary>
    public int? MinLoops { get; init; }

    /// <summary>The last loop a generated token may run, from 1. It may exceed the model's loops up to the configured limit. Default: the model's loops.</summary>
    public int? MaxLoops { get; init; }

    /// <summary>For the policy <c>trace</c>: the exit step of each generated token. The first comes out of the prompt pass, so its step is the model's loops.</summary>
    public ReadOnlyMemory<int>? Trace { get; init; }
}
