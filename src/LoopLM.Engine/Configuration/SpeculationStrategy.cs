namespace LoopLM.Engine.Configuration;

/// <summary>
/// When a sequence thinks ahead: when early loops of its newest position draft the token after it. It never changes what is generated.
/// </summary>
public enum SpeculationStrategy
{
    /// <summary>Never: one generated position runs at a time.</summary>
    Off,

    /// <summary>Always, after the same loop.</summary>
    Fixed,

    /// <summary>
    /// When it pays off, after the loop that pays off most: by the measured costs of passes and the share of drafts that were accepted.
    /// </summary>
    Adaptive,
}
