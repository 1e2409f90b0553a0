namespace LoopLM.Engine.Exits;

/// <summary>
/// Replays the exit steps that the request gives, token by token; for benchmarks and for replaying a recorded run. It reads no threshold.
/// </summary>
public sealed class TracePolicy : IExitPolicy
{
    /// <summary>The policy's name: a request carries a trace exactly when it requests this policy.</summary>
    public const string PolicyName = "trace";

    /// <inheritdoc/>
    public string Name => PolicyName;

    /// <inheritdoc/>
    public float? DefaultThreshold => 1f;

    /// <inheritdoc/>
    public float MaxThreshold => 1f;

    /// <inheritdoc/>
    public ExitSignals Reads(float threshold) => ExitSignals.None;

    /// <inheritdoc/>
    public bool ShouldExit(in ExitContext context) => context.Loop >= context.TraceStep;
}
