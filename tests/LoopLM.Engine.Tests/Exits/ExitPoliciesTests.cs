using LoopLM.Engine.Exits;

namespace LoopLM.Engine.Tests.Exits;

public sealed class ExitPoliciesTests
{
    [Fact]
    public void Constructor_TwoPoliciesOfOneName_Throws() =>
        Assert.Throws<ArgumentException>(() => new ExitPolicies([new FixedPolicy(), new FixedPolicy()]));

    [Fact]
    public void Names_BuiltIn_AreTheFive() =>
        Assert.Equal(["act", "fixed", "hidden-delta", "q-exit", "trace"], ExitPolicies.BuiltIn.Names);

    [Theory]
    [InlineData(0.99f, ExitSignals.Gate)]
    [InlineData(1f, ExitSignals.None)]
    public void QExitReads_Threshold_AsksForTheGateOnlyBelowOne(float threshold, ExitSignals expected) =>
        Assert.Equal(expected, new QExitPolicy().Reads(threshold));

    [Fact]
    public void HiddenDelta_FirstLoop_NeverExits()
    {
        var context = new ExitContext(1, float.MaxValue, default, float.PositiveInfinity, 0);

        Assert.False(new HiddenDeltaPolicy().ShouldExit(context));
    }

    [Theory]
    [InlineData(0.0999f, true)]
    [InlineData(0.1f, false)]
    public void HiddenDelta_Change_ExitsBelowTheThreshold(float change, bool exits)
    {
        var context = new ExitContext(2, 0.1f, default, change, 0);

        Assert.Equal(exits, new HiddenDeltaPolicy().ShouldExit(context));
    }

    [Fact]
    public void Act_SumReachesThresholdBeforeTheProductDoes_Exits()
    {
        var distribution = new ExitDistribution();
        distribution.Add(0.5f);
        distribution.Add(0.5f);
        var context = new ExitContext(2, 1f, distribution, 0, 0);

        Assert.True(new ActPolicy().ShouldExit(context));
    }
}
