using LoopLM.Tools.Bench;

namespace LoopLM.Tools.Tests.Bench;

public sealed class BenchMeasurementTests
{
    [Theory]
    [InlineData(0, 1)]
    [InlineData(0.5, 3)]
    [InlineData(0.95, 4)]
    [InlineData(1, 4)]
    public void GapMilliseconds_Share_IsTheGapThatSoManyStayBelow(double share, double expected) =>
        Assert.Equal(expected, new BenchMeasurement(1, 1, 1, 1, 1, [0.001, 0.002, 0.003, 0.004]).GapMilliseconds(share));

    [Fact]
    public void GapMilliseconds_OneTokenARequest_IsZero() => Assert.Equal(0, new BenchMeasurement(1, 1, 1, 1, 1, []).GapMilliseconds(0.5));
}
