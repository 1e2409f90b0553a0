using LoopLM.Tools.Eval;

namespace LoopLM.Tools.Tests.Eval;

public sealed class ExitCurveTests
{
    private static readonly ExitCurve s_curve = new("q-exit", [new(0.1f, 2, 3.0, 0.25, []), new(0.5f, 3, 1.0, 0.75, [])]);

    [Theory]
    [InlineData(2, 3.0, 0.25)]
    [InlineData(2.5, 2.0, 0.5)]
    [InlineData(3, 1.0, 0.75)]
    public void At_WithinTheCurve_InterpolatesBetweenThePoints(double steps, double loss, double accuracy) =>
        Assert.Equal((loss, accuracy), s_curve.At(steps));

    [Theory]
    [InlineData(1.9)]
    [InlineData(3.1)]
    public void At_OutsideTheCurve_IsNull(double steps) => Assert.Null(s_curve.At(steps));
}
