using LoopLM.Engine.Depth;

namespace LoopLM.Engine.Requests;

/// <summary>Something that happened to a generation. Every generation ends in exactly one <see cref="GenerationEventKind.Finished"/> or <see cref="GenerationEventKind.Failed"/>.</summary>
public readonly record struct GenerationEvent
{
    private GenerationEvent(GenerationEventKind kind) => Kind = kind;

    /// <summary>Says which of the other members count.</summary>
    public GenerationEventKind Kind { get; }

    /// <summary>Token: its id.</summary>
    public int Token { get; private init; }

    /// <summary>Token: the loop it left at, from 1.</summary>
    public int ExitStep { get; private init; }

    /// <summary>Token: the gate probability of every loop it ran, where the request asks for them; without that those that the policy read, none for the first token.</summary>
    public GateProbabilities Gates { get; private init; }

    /// <summary>Finished: why.</summary>
    public FinishReason FinishReason { get; private init; }

    /// <summary>Failed: what went wrong, without any text of the request.</summary>
    public string? Error { get; private init; }

    internal static GenerationEvent ForToken(int token, int exitStep, in GateProbabilities gates) =>
        new(GenerationEventKind.Token) { Token = token, ExitStep = exitStep, Gates = gates };

    internal static GenerationEvent Finished(FinishReason reason) =>
        new(GenerationEventKind.Finished) { FinishReason = reason };

    internal static GenerationEvent Failed(string error) => new(GenerationEventKind.Failed) { Error = error };
}
