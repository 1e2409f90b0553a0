using LoopLM.Engine.Depth;

namespace LoopLM.Server.Generations;

/// <summary>Something that happened to a <see cref="TextGeneration"/>: a token, or the end.</summary>
internal readonly record struct TextEvent
{
    /// <summary>Text that is decided by now and was not before; often empty. At the end: what was withheld.</summary>
    public required string Text { get; init; }

    /// <summary>Whether this is the end: then <see cref="FinishReason"/> or <see cref="Error"/> counts, else the members of a token.</summary>
    public bool IsEnd { get; init; }

    /// <summary>Token: its id.</summary>
    public int Token { get; init; }

    /// <summary>Token: the loop it left at, from 1.</summary>
    public int ExitStep { get; init; }

    /// <summary>Token: its gate probabilities, where the request asks for them.</summary>
    public GateProbabilities Gates { get; init; }

    /// <summary>End: why.</summary>
    public TextFinishReason FinishReason { get; init; }

    /// <summary>End: the stop string that ended the text; null where a token or the length did.</summary>
    public string? Stop { get; init; }

    /// <summary>End: what went wrong; null where nothing did.</summary>
    public RequestError? Error { get; init; }
}
