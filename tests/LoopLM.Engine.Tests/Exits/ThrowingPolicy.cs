using LoopLM.Engine.Exits;

namespace LoopLM.Engine.Tests.Exits;

/// <summary>A policy with a bug.</summary>
internal sealed class ThrowingPolicy : IExitPolicy
{
    public static ExitPolicies WithBuiltIn { get; } =
        new([new ThrowingPolicy(), new QExitPolicy(), new ActPolicy(), new HiddenDeltaPolicy(), new FixedPolicy(), new TracePolicy()]);

    public string Name => "throwing";

    public float? DefaultThreshold => 1;

    public float MaxThreshold => 1;

    public ExitSignals Reads(float threshold) => ExitSignals.None;

    public bool ShouldExit(in ExitContext context) => throw new InvalidOperationException("policy");
}
