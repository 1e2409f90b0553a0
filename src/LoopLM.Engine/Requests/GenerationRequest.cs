using LoopLM.Engine.Configuration;
using LoopLM.Engine.Exits;
using LoopLM.Engine.Kv;
using LoopLM.Engine.Sampling;

namespace LoopLM.Engine.Requests;

/// <summary>A request to continue a prompt. The engine copies nothing: its memory must not change until the generation ends.</summary>
public sealed record GenerationRequest
{
    /// <summary>Token ids, at least one, each below the vocabulary's size.</summary>
    public required ReadOnlyMemory<int> Prompt { get; init; }

    /// <summary>Most tokens to generate; 0 runs the prompt alone. Prompt and these together must fit the model's context.</summary>
    public required int MaxTokens { get; init; }

    /// <summary>Tokens before which no stop token may come, 0..<see cref="MaxTokens"/>.</summary>
    public int MinTokens { get; init; }

    /// <summary>How the next token is chosen. Default: greedy.</summary>
    public SamplingSettings Sampling { get; init; } = SamplingSettings.Greedy;

    /// <summary>Restricts what may be generated; an object of this request alone. Null restricts nothing.</summary>
    public ITokenConstraint? Constraint { get; init; }

    /// <summary>How deep the tokens go. Default: the engine's.</summary>
    public ExitSettings Exit { get; init; } = new();

    /// <summary>What later tokens see of earlier ones. Default: the engine's.</summary>
    public KvLayout? KvLayout { get; init; }

    /// <summary>How it thinks ahead, which changes nothing of what is generated. Default: the engine's.</summary>
    public SpeculationSettings Speculation { get; init; } = new();

    /// <summary>Separates what it reuses of earlier prompts from requests of the same client with another salt. Null is a salt like any other.</summary>
    public string? CacheSalt { get; init; }

    /// <summary>Token ids that end the generation; such a token is reported before the end.</summary>
    public IReadOnlyCollection<int> StopTokens { get; init; } = [];

    /// <summary>Whether every token reports its gate probabilities, also where the exit policy reads none.</summary>
    public bool ReportGates { get; init; }

    /// <summary>How many of the most probable tokens are reported beside each generated one, 0 for its own log-probability alone. Null reports nothing.</summary>
    public int? Logprobs { get; init; }

    /// <summary>Tokens that are reported beside each generated one in any case, where <see cref="Logprobs"/> are.</summary>
    public IReadOnlyCollection<int> LogprobTokens { get; init; } = [];

    /// <summary>Like <see cref="Logprobs"/>, of every prompt token but the first, which nothing predicts. Every row of the prompt then goes through the head.</summary>
    public int? PromptLogprobs { get; init; }

    /// <summary>Set behind every event, for a reader that waits for several generations at once, or without allocating. Null for one that does not.</summary>
    public EventSignal? Signal { get; init; }

    /// <summary>How many of the most probable tokens are reported of every loop that a generated token ran. Every loop of it then goes through the head. 0 reports nothing.</summary>
    public int LoopLogprobs { get; init; }

    /// <summary>
    /// Whether the same is reported of the loops that a generated token skipped. They run for the report alone, so that the tokens are the same
    /// and each costs all loops. Needs <see cref="LoopLogprobs"/>.
    /// </summary>
    public bool SkippedLoopLogprobs { get; init; }
}
