namespace LoopLM.Jinja;

/// <summary>What one rendering may spend. A template comes with a checkpoint and its data from strangers, so neither is trusted to end.</summary>
public sealed record JinjaLimits
{
    /// <summary>Expressions and statements evaluated, list items included.</summary>
    public int MaxSteps { get; init; } = 2_000_000;

    /// <summary>Chars read or written by operations on text, together.</summary>
    public long MaxWork { get; init; } = 256 << 20;

    /// <summary>Chars of the texts that operations make, together: what a rendering can hold in memory.</summary>
    public long MaxText { get; init; } = 64 << 20;

    /// <summary>Chars of the rendered text.</summary>
    public int MaxOutput { get; init; } = 8 << 20;

    /// <summary>How deep expressions, statements, macros and values may be nested.</summary>
    public int MaxDepth { get; init; } = 200;

    /// <summary>Wall time.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(2);
}
