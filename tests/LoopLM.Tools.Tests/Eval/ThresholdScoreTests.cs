using LoopLM.Engine.Exits;
using LoopLM.Tools.Eval;
using LoopLM.Training;

namespace LoopLM.Tools.Tests.Eval;

public sealed class ThresholdScoreTests
{
    /// <summary>Two targets and three loops. CDFs: 0.5 and 0.75; 0.12 and 0.56.</summary>
    private static readonly TokenScores s_scores = new(
        3, [0, 0], [1, 2], [3, 2, 1, 6, 5, 4], [false, true, true, false, false, true], [7, 8, 8, 7, 7, 8], [0, 0, 0, -2, 0, 0],
        [float.PositiveInfinity, 0.5f, 0.1f, float.PositiveInfinity, 0.05f, 0.2f]);

    [Theory]
    [InlineData(0.5f, 1.5, 4.0, 0.0, new[] { 0.5, 0.5, 0 })]
    [InlineData(0.7f, 2.5, 3.0, 1.0, new[] { 0, 0.5, 0.5 })]
    [InlineData(1f, 3, 2.5, 1.0, new[] { 0.0, 0, 1 })]
    public void Of_QExit_ReadsEachTargetAtTheFirstLoopWhoseCdfReachesTheThreshold(
        float threshold, double steps, double loss, double accuracy, double[] histogram)
    {
        var score = ThresholdScore.Of(s_scores, new QExitPolicy(), threshold, 3);

        Assert.Equal((steps, loss, accuracy), (score.MeanExitStep, score.Loss, score.Accuracy));
        Assert.Equal(histogram, score.Histogram);
    }

    [Fact]
    public void Of_HiddenDelta_ExitsWhereTheStateHasConverged() =>
        Assert.Equal([0, 0.5, 0.5], ThresholdScore.Of(s_scores, new HiddenDeltaPolicy(), 0.1f, 3).Histogram);

    [Fact]
    public void All_Lens_CountsChangesAndWhetherTheTokenWasOrBecomesRight()
    {
        var lens = LensStep.All(s_scores, 3);

        Assert.Equal([new LensStep(1, 0.5, 0, 0.5, 0, 0), new LensStep(2, 0.5, 0, 0.5, 0.5, 0.5)], lens);
    }
}
