using LoopLM.Engine.Configuration;
using LoopLM.Engine.Exits;
using LoopLM.Engine.Kv;
using LoopLM.Engine.Requests;
using LoopLM.Engine.Sampling;
using LoopLM.Server.Models;

namespace LoopLM.Server.TextGeneration;

/// <summary>
/// A request in terms of text, whatever the protocol it came by: a record of settings for each concern, which checks itself.
/// </summary>
internal sealed record TextRequest
{
    /// <summary>Name or alias of the model; null or empty for the default.</summary>
    public string? Model { get; init; }

    /// <summary>Whether it continues a conversation; telemetry calls those otherwise than completions.</summary>
    public bool IsChat { get; init; }

    /// <summary>What to continue, each on its own; at least one.</summary>
    public IReadOnlyList<TextPrompt> Prompts { get; init; } = [];

    /// <summary>Generations for each prompt. The first draws from the request's seed, the others from seeds derived from it.</summary>
    public int Choices { get; init; } = 1;

    /// <summary>Most tokens of each generation; null for <see cref="DefaultTokens"/>.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>
    /// Most tokens where the request does not say; fewer where context or KV slots have less left. Null for all that they have left.
    /// </summary>
    public int? DefaultTokens { get; init; } = 16;

    /// <summary>How prompts become tokens.</summary>
    public PromptSettings Prompt { get; init; } = new();

    /// <summary>How tokens are chosen. What it leaves open is taken from the model's <see cref="SamplingDefaults"/>.</summary>
    public SamplingSettings Sampling { get; init; } = SamplingSettings.Greedy;

    /// <summary>How deep tokens go.</summary>
    public ExitSettings Exit { get; init; } = new();

    /// <summary>What later tokens see of earlier ones; null for the engine's default.</summary>
    public KvLayout? KvLayout { get; init; }

    /// <summary>How it thinks ahead.</summary>
    public SpeculationSettings Speculation { get; init; } = new();

    /// <summary>Separates what it reuses of earlier prompts from requests with another salt; null is a salt like any other.</summary>
    public string? CacheSalt { get; init; }

    /// <summary>How much of a common beginning it reuses; null for the engine's default.</summary>
    public PrefixReuse? PrefixReuse { get; init; }

    /// <summary>What ends a text.</summary>
    public StopSettings Stops { get; init; } = new();

    /// <summary>What is reported beside the text.</summary>
    public ReportSettings Reports { get; init; } = new();

    /// <summary>What a text is held to.</summary>
    public ConstraintSettings Constraints { get; init; } = new();

    /// <summary>Whether special tokens give no text.</summary>
    public bool SkipSpecialTokens { get; init; } = true;

    /// <summary>Special tokens that give their text all the same.</summary>
    public IReadOnlySet<int>? ShownTokens { get; init; }

    /// <summary>Tokens that end the text as the model's own end of text does.</summary>
    public IReadOnlyList<int> EndOfTurnTokens { get; init; } = [];
}
