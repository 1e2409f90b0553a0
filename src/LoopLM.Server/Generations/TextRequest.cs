using LoopLM.Engine.Exits;
using LoopLM.Engine.Kv;

namespace LoopLM.Server.Generations;

/// <summary>A request in terms of text, whatever the protocol it came by. Ranges are for <see cref="RequestLimits"/> and the engine to check.</summary>
internal sealed record TextRequest
{
    /// <summary>As a number of most probable tokens: the whole vocabulary.</summary>
    public const int AllTokens = -1;

    /// <summary>Name or alias of the model; null or empty for the default.</summary>
    public string? Model { get; init; }

    /// <summary>What to continue, each on its own; at least one.</summary>
    public IReadOnlyList<TextPrompt> Prompts { get; init; } = [];

    /// <summary>Generations for each prompt. The first draws from the request's seed, the others from seeds derived from it.</summary>
    public int Choices { get; init; } = 1;

    /// <summary>Whether the tokenizer's template puts its special tokens around a prompt that is text.</summary>
    public bool AddSpecialTokens { get; init; } = true;

    /// <summary>Most tokens of each generation; null for <see cref="DefaultTokens"/>.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>Most tokens where the request does not say; fewer where context or KV slots have less left. Null for all that they have left.</summary>
    public int? DefaultTokens { get; init; } = 16;

    /// <summary>Tokens that are kept of each prompt, from 1, or -1 for as many as fit beside <see cref="MaxTokens"/>; null keeps all.</summary>
    public int? TruncatePrompt { get; init; }

    /// <summary>Whether that drops a prompt's end; else its beginning.</summary>
    public bool TruncateRight { get; init; }

    /// <summary>Tokens before which neither a stop token nor a stop string may come.</summary>
    public int MinTokens { get; init; }

    /// <summary>How tokens are chosen. Bad words are given as <see cref="BadWords"/>.</summary>
    public SamplingRequest Sampling { get; init; } = new();

    /// <summary>Words that may not appear in the output.</summary>
    public IReadOnlyList<string> BadWords { get; init; } = [];

    /// <summary>What each generation is held to; null for any text.</summary>
    public OutputFormat? Format { get; init; }

    /// <summary>How long each generation may think; null for any length.</summary>
    public ThoughtBudget? ThoughtBudget { get; init; }

    public ExitSettings Exit { get; init; } = new();

    public KvLayout? KvLayout { get; init; }

    /// <summary>Strings that end the text.</summary>
    public IReadOnlyList<string> Stop { get; init; } = [];

    /// <summary>Tokens that end the text beside the model's own.</summary>
    public IReadOnlyList<int> StopTokens { get; init; } = [];

    /// <summary>Tokens that end the text as the model's own end of text does.</summary>
    public IReadOnlyList<int> EndOfTurnTokens { get; init; } = [];

    /// <summary>Whether the stop string or stop token that ends the text is part of it.</summary>
    public bool IncludeStop { get; init; }

    /// <summary>Whether the model's own end of text ends nothing.</summary>
    public bool IgnoreEndOfText { get; init; }

    /// <summary>Whether special tokens give no text.</summary>
    public bool SkipSpecialTokens { get; init; } = true;

    /// <summary>Special tokens that give their text all the same.</summary>
    public IReadOnlySet<int>? ShownTokens { get; init; }

    /// <summary>Whether every token reports its gate probabilities.</summary>
    public bool ReportGates { get; init; }

    /// <summary>How many of the most probable tokens to report beside each generated one, or <see cref="AllTokens"/>; null reports nothing.</summary>
    public int? Logprobs { get; init; }

    /// <summary>Tokens that are reported beside each generated one in any case.</summary>
    public IReadOnlyCollection<int> LogprobTokens { get; init; } = [];

    /// <summary>Like <see cref="Logprobs"/>, of the prompt's tokens.</summary>
    public int? PromptLogprobs { get; init; }

    /// <summary>How many of the most probable tokens to report of every loop that a token ran; 0 reports nothing.</summary>
    public int LoopLogprobs { get; init; }

    /// <summary>Whether the same is reported of the loops that it skipped.</summary>
    public bool SkippedLoopLogprobs { get; init; }
}
