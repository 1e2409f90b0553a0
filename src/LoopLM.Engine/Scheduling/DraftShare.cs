namespace LoopLM.Engine.Scheduling;

/// <summary>The share of drafts that were accepted. Recent drafts weigh most.</summary>
internal struct DraftShare
{
    /// <summary>Drafts that were accepted or rejected. Older ones count less.</summary>
    public double Resolved { get; private set; }

    /// <summary>Those that were accepted.</summary>
    public double Accepted { get; private set; }

    /// <summary>Counts a draft.</summary>
    /// <param name="isAccepted">Whether it was accepted.</param>
    /// <param name="kept">What is kept of the earlier ones, 0 to 1.</param>
    public void Add(bool isAccepted, double kept)
    {
        Resolved = (Resolved * kept) + 1;
        Accepted = (Accepted * kept) + (isAccepted ? 1 : 0);
    }

    /// <summary>The share, drawn towards a guess as long as few drafts are known.</summary>
    /// <param name="guess">The guess, 0 to 1.</param>
    /// <param name="weight">Drafts that the guess counts for.</param>
    public readonly double Estimate(double guess, double weight) => (Accepted + (guess * weight)) / (Resolved + weight);
}
