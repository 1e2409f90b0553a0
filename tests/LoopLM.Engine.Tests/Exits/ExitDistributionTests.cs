using LoopLM.Engine.Exits;

namespace LoopLM.Engine.Tests.Exits;

public sealed class ExitDistributionTests
{
    [Fact]
    public void GateProbability_ZeroLogit_IsOneHalf() => Assert.Equal(0.5f, ExitDistribution.GateProbability(0f));

    [Fact]
    public void Add_ConstantHazard_AccumulatesProductAndSum()
    {
        var distribution = new ExitDistribution();

        distribution.Add(0.4f);
        distribution.Add(0.4f);

        Assert.Equal((0.64f, 0.8f), (MathF.Round(distribution.Cdf, 6), MathF.Round(distribution.GateSum, 6)));
    }

    // Gate logits and the exit steps of q = .3 .5 .7 .9 1.0 that follow from the published rule in exact arithmetic.
    [Theory]
    [InlineData(new[] { -3f, -1f, 0.5f, 2f }, new[] { 2, 3, 3, 4, 4 })]
    [InlineData(new[] { 0f, 0f, 0f, 0f }, new[] { 1, 1, 2, 4, 4 })]
    [InlineData(new[] { -4f, -2f, -0.5f, 0.504f }, new[] { 3, 4, 4, 4, 4 })]
    [InlineData(new[] { 1.5f, 1f, 3f, 0f }, new[] { 1, 1, 1, 2, 4 })]
    [InlineData(new[] { 6.5f, 0f, 0f, 0f }, new[] { 1, 1, 1, 1, 4 })]
    [InlineData(new[] { -4.3125f, -1.453125f, 4.34375f, 1.265625f }, new[] { 3, 3, 3, 3, 4 })]
    public void QExit_KnownGateLogits_LeavesAtTheKnownSteps(float[] logits, int[] exitSteps)
    {
        float[] thresholds = [0.3f, 0.5f, 0.7f, 0.9f, 1f];

        Assert.Equal(exitSteps, thresholds.Select(threshold => ExitStep(logits, threshold)));
    }

    private static int ExitStep(float[] logits, float threshold)
    {
        var rule = new ExitRule(new QExitPolicy(), threshold, 1, logits.Length, default);
        var distribution = new ExitDistribution();
        for (var loop = 1; ; loop++)
        {
            distribution.Add(ExitDistribution.GateProbability(logits[loop - 1]));
            if (rule.ShouldExit(1, loop, distribution, 0))
            {
                return loop;
            }
        }
    }
}
