namespace LoopLM.Engine.Exits;

/// <summary>
/// A named rule that says after which loop a generated token leaves. It keeps no state, and it only votes:
/// the engine lets no token leave below <c>min_loops</c> and none stay beyond <c>max_loops</c>.
/// </summary>
public interface IExitPolicy
{
    /// <summary>The name that requests and options use, e.g. <c>q-exit</c>.</summary>
    string Name { get; }

    /// <summary>The threshold where neither the request nor the options give one; null where the model's own applies.</summary>
    float? DefaultThreshold { get; }

    /// <summary>The largest threshold that has a meaning; the smallest is 0.</summary>
    float MaxThreshold { get; }

    /// <summary>What the policy reads at a threshold.</summary>
    ExitSignals Reads(float threshold);

    /// <summary>Whether the token is finished.</summary>
    bool ShouldExit(in ExitContext context);
}
