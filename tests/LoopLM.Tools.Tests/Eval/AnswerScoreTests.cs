using LoopLM.Tools.Eval;
using LoopLM.Training;

namespace LoopLM.Tools.Tests.Eval;

public sealed class AnswerScoreTests
{
    /// <summary>Four targets at the tokens 1, 2, 5 and 9, and two loops.</summary>
    private static readonly TokenScores s_scores = new(2, [0, 0, 0, 1], [1, 2, 5, 9], new float[8],
        [true, true, false, true, true, true, false, false], new int[8], [9, 0, -9, 0, 9, 0, -9, 0], new float[8]);

    [Fact]
    public void All_Answers_AreExactWhereEveryTokenIs()
    {
        var scores = AnswerScore.All(s_scores,
            [new(1, 2, "1 holder"), new(5, 1, "3 holder"), new(9, 1, "0 where"), new(9, 1, "sum"), new(2, 4, "1 where")], 0.5f, 2);

        Assert.Equal(["all", "steps 1", "steps 3", "holder", "no answer", "sum", "where"], scores.Select(score => score.Group));
        Assert.Equal([3, 1, 1, 2, 1, 1, 1], scores.Select(score => score.Answers));
        Assert.Equal([0, 1], scores[1].ExactByLoop);
        Assert.Equal([1, 1], scores[2].ExactByLoop);
        Assert.Equal([0.5, 1], scores[3].ExactByLoop);
        Assert.Equal((1.5, 1.0, 2.0), (scores[1].MeanExitStep, scores[2].MeanExitStep, scores[4].MeanExitStep));
    }
}
