namespace LoopLM.Engine.Exits;

/// <summary>
/// Adaptive computation time (Universal Transformer, section 2.2): exits when the plain sum of
/// the gate probabilities reaches the threshold.
/// </summary>
public sealed class ActPolicy : IExitPolicy
{
    /// <inheritdoc/>
    public string Name => "act";

    /// <inheritdoc/>
    public float? DefaultThreshold => 0.99f;

    /// <inheritdoc/>
    public float MaxThreshold => float.MaxValue;

    /// <inheritdoc/>
    public ExitSignals Reads(float threshold) => ExitSignals.Gate;

    /// <inheritdoc/>
    public bool ShouldExit(in ExitContext context) => context.Distribution.GateSum >= context.Threshold;
}
