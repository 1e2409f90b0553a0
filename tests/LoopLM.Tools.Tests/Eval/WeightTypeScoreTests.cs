using LoopLM.Tools.Eval;
using LoopLM.Training;

namespace LoopLM.Tools.Tests.Eval;

public sealed class WeightTypeScoreTests
{
    [Fact]
    public void Of_ScoresOfTwoTypes_ComparesTheLastLoopAndTheExits()
    {
        TokenScores exact = Scores([3, 1, 3, 3], gates: [0, 0, -2, 0]), other = Scores([9, 2, 9, 4], gates: [0, 0, 2, 0]);

        var score = WeightTypeScore.Of("int4", other, exact, 0.5f);

        Assert.Equal(("int4", 2, 3, 1.0, 0.5), (score.Weights, score.Targets, score.Loss, score.MeanExitStep, score.SameExitStep));
        Assert.Equal(Math.Exp(3), score.Perplexity, 1e-9);
        Assert.Equal(Math.E - 1, score.PerplexityChange, 1e-6);
    }

    /// <summary>Two targets and two loops.</summary>
    private static TokenScores Scores(float[] losses, float[] gates) =>
        new(2, [0, 0], [1, 2], losses, new bool[4], new int[4], gates, new float[4]);
}
