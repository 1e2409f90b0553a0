using LoopLM.Engine.Depth;
using LoopLM.Engine.Kv;
using LoopLM.Engine.Sampling;

namespace LoopLM.Server.Generations;

/// <summary>A request in terms of text, whatever the protocol it came by. Ranges are the engine's to check.</summary>
internal sealed record TextRequest
{
    /// <summary>Tokens to generate where a request does not say.</summary>
    public const int DefaultMaxTokens = 16;

    /// <summary>Name of the model; null or empty for the one that is served.</summary>
    public string? Model { get; init; }

    /// <summary>What to continue, as text; null where <see cref="PromptTokens"/> says it.</summary>
    public string? PromptText { get; init; }

    /// <summary>What to continue, as token ids.</summary>
    public ReadOnlyMemory<int> PromptTokens { get; init; }

    public int MaxTokens { get; init; } = DefaultMaxTokens;

    /// <summary>Temperature is 1 where a request does not say.</summary>
    public SamplingSettings Sampling { get; init; } = new() { Temperature = 1 };

    public ExitSettings Exit { get; init; } = new();

    public KvLayout? KvLayout { get; init; }

    /// <summary>Strings that end the text; they are not part of it.</summary>
    public IReadOnlyList<string> Stop { get; init; } = [];

    /// <summary>Whether every token reports its gate probabilities.</summary>
    public bool ReportGates { get; init; }
}
