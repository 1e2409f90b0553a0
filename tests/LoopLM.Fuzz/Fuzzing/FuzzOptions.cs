namespace LoopLM.Fuzz.Fuzzing;

/// <summary>How long a run is, and where its files go.</summary>
internal sealed record FuzzOptions
{
    /// <summary>
    /// Seed of all mutations. The same seed, corpus and number of inputs give the same inputs, unless coverage is watched.
    /// </summary>
    public int Seed { get; init; } = 1;

    /// <summary>Mutated inputs after the corpus; null for no end but that of the time.</summary>
    public long? Inputs { get; init; }

    /// <summary>When the run ends, whatever is left to do; null for never.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>Folder of the corpus; it has a folder for each target.</summary>
    public required string Corpus { get; init; }

    /// <summary>
    /// Folder that receives inputs which break a rule, and the one that is at work, so that it is known when it ends the process.
    /// </summary>
    public required string Findings { get; init; }

    /// <summary>Folder that receives inputs which reached something new; null for none. It has the form of the corpus.</summary>
    public string? Learnt { get; init; }
}
