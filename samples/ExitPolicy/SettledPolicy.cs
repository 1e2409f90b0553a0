using LoopLM.Engine.Exits;

namespace LoopLM.Samples.ExitPolicy;

/// <summary>Exits when the gate says so, or when the state stands still: |h_t - h_(t-1)| / |h_t| below 0.5.</summary>
internal sealed class SettledPolicy : IExitPolicy
{
    public string Name => "settled";

    /// <summary>The probability of having exited that is enough, as for <c>q-exit</c>.</summary>
    public float? DefaultThreshold => null;

    public float MaxThreshold => 1f;

    public ExitSignals Reads(float threshold) => ExitSignals.Gate | ExitSignals.StateChange;

    public bool ShouldExit(in ExitContext context) => context.Distribution.Cdf >= context.Threshold || context.StateChange < 0.5f;
}
