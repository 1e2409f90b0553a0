namespace LoopLM.Engine.Exits;

/// <summary>
/// Exits when the state has converged: |h_t - h_(t-1)| / |h_t| below the threshold, the convergence test of an ODE
/// solver. Never at loop 1, which has nothing to compare with.
/// </summary>
public sealed class HiddenDeltaPolicy : IExitPolicy
{
    /// <inheritdoc/>
    public string Name => "hidden-delta";

    /// <inheritdoc/>
    public float? DefaultThreshold => 0.1f;

    /// <inheritdoc/>
    public float MaxThreshold => float.MaxValue;

    /// <inheritdoc/>
    public ExitSignals Reads(float threshold) => ExitSignals.StateChange;

    /// <inheritdoc/>
    public bool ShouldExit(in ExitContext context) => context.StateChange < context.Threshold;
}
