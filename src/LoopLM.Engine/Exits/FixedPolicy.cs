namespace LoopLM.Engine.Exits;

/// <summary>Never votes, so that every token runs exactly <c>max_loops</c>. It reads no threshold.</summary>
public sealed class FixedPolicy : IExitPolicy
{
    /// <inheritdoc/>
    public string Name => "fixed";

    /// <inheritdoc/>
    public float? DefaultThreshold => 1f;

    /// <inheritdoc/>
    public float MaxThreshold => 1f;

    /// <inheritdoc/>
    public ExitSignals Reads(float threshold) => ExitSignals.None;

    /// <inheritdoc/>
    public bool ShouldExit(in ExitContext context) => false;
}
