using LoopLM.Tools.Bench;

namespace LoopLM.Tools.Tests.Bench;

public sealed class PercentileTests
{
    [Theory]
    [InlineData(0, 1)]
    [InlineData(0.5, 3)]
    [InlineData(0.95, 4)]
    [InlineData(1, 4)]
    public void Milliseconds_Share_IsTheTimeThatSoManyStayBelow(double share, double expected) =>
        Assert.Equal(expected, Percentile.Milliseconds([0.001, 0.002, 0.003, 0.004], share));

    [Fact]
    public void Milliseconds_NoTimes_IsZero() => Assert.Equal(0, Percentile.Milliseconds([], 0.5));
}
