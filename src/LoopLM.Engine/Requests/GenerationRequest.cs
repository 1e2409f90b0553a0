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

    /// <summary>
    /// Makes what restricts the tokens that may be generated, from the most tokens that it is to take back at once; null restricts nothing.
    /// A sequence takes one for its tokens, which takes none back, and one for its drafts, on threads for masks.
    /// </summary>
    public Func<int, ITokenConstraint>? Constraint { get; init; }

    /// <summary>How deep the tokens go. Default: the engine's.</summary>
    public ExitSettings Exit { get; init; } = new();

    /// <summary>What later tokens see of earlier ones. Default: the engine's.</summary>
    public KvLayout? KvLayout { get; init; }

    /// <summary>How it thinks ahead, which changes nothing of what is generated. Default: the engine's.</summary>
    public SpeculationSettings Speculation { get; init; } = new();

    /// <summary>
    /// Separates what it reuses of earlier prompts from requests of the same client with another salt. Null is a salt like any other.
    /// </summary>
    public string? CacheSalt { get; init; }

    /// <summary>
    /// How much of earlier prompts and texts it reuses, and whether its own text can be reused as it was generated. Default: the engine's.
    /// </summary>
    public PrefixReuse? PrefixReuse { get; init; }

    /// <summary>Token ids that end the generation; such a token is reported before the end.</summary>
    public IReadOnlyCollection<int> StopTokens { get; init; } = [];

    /// <summary>What is reported beside the tokens. Default: nothing.</summary>
    public ReportSettings Reports { get; init; } = new();

    /// <summary>
    /// Set after every event, for a reader that waits for several generations at once, or without allocating. Null for one that does not.
    /// </summary>
    public EventSignal? Signal { get; init; }
}
