using LoopLM.Engine.Depth;
using LoopLM.Engine.Kv;
using LoopLM.Engine.Sampling;

namespace LoopLM.Engine.Requests;

/// <summary>A request to continue a prompt. The engine copies nothing: its memory must not change until the generation ends.</summary>
public sealed record GenerationRequest
{
    /// <summary>Token ids, at least one, each below the vocabulary's size.</summary>
    public required ReadOnlyMemory<int> Prompt { get; init; }

    /// <summary>Most tokens to generate, from 1. Prompt and these together must fit the model's context.</summary>
    public required int MaxTokens { get; init; }

    /// <summary>How the next token is chosen. Default: greedy.</summary>
    public SamplingSettings Sampling { get; init; } = SamplingSettings.Greedy;

    /// <summary>How deep the tokens go. Default: the engine's.</summary>
    public ExitSettings Exit { get; init; } = new();

    /// <summary>What later tokens see of earlier ones. Default: the engine's.</summary>
    public KvLayout? KvLayout { get; init; }

    /// <summary>Token ids that end the generation; such a token is reported before the end.</summary>
    public IReadOnlyCollection<int> StopTokens { get; init; } = [];

    /// <summary>Whether every token reports its gate probabilities, also where the exit policy reads none.</summary>
    public bool ReportGates { get; init; }
}
