using LoopLM.Engine.Depth;

namespace LoopLM.Engine.Tests.Depth;

public sealed class ExitDistributionTests
{
    [Fact]
    public void Survive_ConstantHazard_AccumulatesTheProductOfAllLoops()
    {
        var survival = 1f;
        for (var loop = 1; loop <= 2; loop++)
        {
            survival = ExitDistribution.Survive(survival, 0.4f);
        }

        Assert.Equal(0.64f, 1f - survival, 6);
    }

    [Fact]
    public void GateProbability_ZeroLogit_IsOneHalf() => Assert.Equal(0.5f, ExitDistribution.GateProbability(0f));
}
