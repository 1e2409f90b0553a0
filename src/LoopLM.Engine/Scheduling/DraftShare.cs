namespace LoopLM.Engine.Scheduling;

/// <summary>The share of drafts that turned out right, the recent ones weighing most.</summary>
internal struct DraftShare
{
    /// <summary>Drafts that turned out right or wrong, less what is forgotten.</summary>
    public double Resolved { get; private set; }

    /// <summary>Those that turned out right.</summary>
    public double Confirmed { get; private set; }

    /// <summary>Counts a draft.</summary>
    /// <param name="isConfirmed">Whether it turned out right.</param>
    /// <param name="kept">What is kept of the earlier ones, 0 to 1.</param>
    public void Add(bool isConfirmed, double kept)
    {
        Resolved = (Resolved * kept) + 1;
        Confirmed = (Confirmed * kept) + (isConfirmed ? 1 : 0);
    }

    /// <summary>The share, drawn towards a guess as long as few drafts are known.</summary>
    /// <param name="guess">The guess, 0 to 1.</param>
    /// <param name="weight">Drafts that the guess counts for.</param>
    public readonly double Estimate(double guess, double weight) => (Confirmed + (guess * weight)) / (Resolved + weight);
}
