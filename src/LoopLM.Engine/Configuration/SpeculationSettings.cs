namespace LoopLM.Engine.Configuration;

/// <summary>How a request thinks ahead. What is null is filled in from the options. It never changes what is generated.</summary>
public sealed record SpeculationSettings
{
    /// <summary>The strategy.</summary>
    public SpeculationStrategy? Strategy { get; init; }

    /// <summary>For <see cref="SpeculationStrategy.Fixed"/>: the loop after which a position drafts the next one, from 1. Default: 1.</summary>
    public int? DraftLoops { get; init; }
}
