namespace LoopLM.Engine.Exits;

/// <summary>
/// The paper's rule (Ouro, section 3.2): exit at the first loop where CDF >= threshold. A threshold of 1
/// never exits early, even where the CDF rounds to 1.
/// </summary>
public sealed class QExitPolicy : IExitPolicy
{
    /// <inheritdoc/>
    public string Name => "q-exit";

    /// <inheritdoc/>
    public float? DefaultThreshold => null;

    /// <inheritdoc/>
    public float MaxThreshold => 1f;

    /// <inheritdoc/>
    public ExitSignals Reads(float threshold) => threshold < 1f ? ExitSignals.Gate : ExitSignals.None;

    /// <inheritdoc/>
    public bool ShouldExit(in ExitContext context) =>
        context.Threshold < 1f && context.Distribution.Cdf >= context.Threshold;
}
