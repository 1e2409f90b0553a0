using LoopLM.Engine.Exits;
using LoopLM.Engine.Kv;
using LoopLM.Engine.Runners;

namespace LoopLM.Engine.Telemetry;

/// <summary>The engine at one moment, for other threads: it never changes, a newer one replaces it.</summary>
public sealed record EngineSnapshot
{
    /// <summary>What the engine can do.</summary>
    public required EngineHealth Health { get; init; }

    /// <summary>Why it is <see cref="EngineHealth.Unhealthy"/>.</summary>
    public string? Fault { get; init; }

    /// <summary>Name of the runner; null while loading.</summary>
    public string? Runner { get; init; }

    /// <summary>The model; null while loading.</summary>
    public ModelDescription? Model { get; init; }

    /// <summary>When it was taken, as the engine's clock counts; 0 while loading.</summary>
    public long Timestamp { get; init; }

    /// <summary>Ticks since the start.</summary>
    public long Ticks { get; init; }

    /// <summary>What these ticks took.</summary>
    public TimeSpan TickTime { get; init; }

    /// <summary>What the runner took of it, for loops and heads; the rest is the engine's own.</summary>
    public TimeSpan RunnerTime { get; init; }

    /// <summary>Rows of the last tick; 0 when idle.</summary>
    public int Rows { get; init; }

    /// <summary>Rows of prompts that ran since the start, by the loop that they ran.</summary>
    public LoopCounts PrefillRows { get; init; }

    /// <summary>Rows of generated positions that ran since the start, by the loop that they ran.</summary>
    public LoopCounts DecodeRows { get; init; }

    /// <summary>Sequences that are admitted.</summary>
    public int RunningSequences { get; init; }

    /// <summary>Requests that wait for admission.</summary>
    public int QueuedRequests { get; init; }

    /// <summary>Tokens of their prompts.</summary>
    public long QueuedTokens { get; init; }

    /// <summary>KV slots that running sequences hold.</summary>
    public int UsedKvSlots { get; init; }

    /// <summary>The same, by the loop that wrote them last.</summary>
    public LoopCounts UsedKvSlotsByLoop { get; init; }

    /// <summary>KV slots that only cached prefixes hold: they are given up as soon as a sequence needs them.</summary>
    public int CachedKvSlots { get; init; }

    /// <summary>KV slots in all.</summary>
    public int KvSlots { get; init; }

    /// <summary>Tokens generated since the start.</summary>
    public long GeneratedTokens { get; init; }

    /// <summary>Sum of the exit steps of all generated tokens.</summary>
    public long ExitSteps { get; init; }

    /// <summary>Loops of the model that generated tokens did not run, because they left earlier.</summary>
    public long SavedLoops { get; init; }

    /// <summary>Prompt tokens that were looked for among cached prefixes since the start.</summary>
    public long PrefixQueries { get; init; }

    /// <summary>Those that were found there, and not computed.</summary>
    public long PrefixHits { get; init; }

    /// <summary>Tokens drafted by an early loop since the start.</summary>
    public long DraftTokens { get; init; }

    /// <summary>Those that were accepted.</summary>
    public long AcceptedDraftTokens { get; init; }

    /// <summary>All generated tokens by where and why they left.</summary>
    public ExitCounts Exits { get; init; }

    /// <summary>Mean exit step of all tokens generated since the start; 0 before the first.</summary>
    public double MeanExitStep => GeneratedTokens == 0 ? 0 : (double)ExitSteps / GeneratedTokens;
}
