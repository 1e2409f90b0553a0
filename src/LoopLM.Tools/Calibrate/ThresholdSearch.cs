using LoopLM.Engine.Exits;
using LoopLM.Tools.Eval;
using LoopLM.Training;

namespace LoopLM.Tools.Calibrate;

/// <summary>Finds thresholds of q-exit among the multiples of a thousandth.</summary>
/// <param name="scores">Scores of the text to calibrate on.</param>
internal sealed class ThresholdSearch(TokenScores scores)
{
    private const int Steps = 1000;

    /// <summary>Scores at full depth.</summary>
    public ThresholdScore FullDepth => At(Steps);

    /// <summary>The highest threshold whose mean exit step is not above a target: exit steps never fall as the threshold rises.</summary>
    /// <param name="loops">From 1, which a threshold of 0 reaches.</param>
    public ThresholdScore AtMeanLoops(double loops)
    {
        var (fits, above) = (0, Steps + 1);
        while (above - fits > 1)
        {
            var middle = (fits + above) / 2;
            (fits, above) = At(middle).MeanExitStep <= loops ? (middle, above) : (fits, middle);
        }

        return At(fits);
    }

    /// <summary>
    /// The lowest threshold such that it and all above lose no more than a share of the loss at full depth: the
    /// loss need not rise evenly as the threshold falls.
    /// </summary>
    /// <param name="increase">The share, e.g. 0.01.</param>
    public ThresholdScore AtLossIncrease(double increase)
    {
        var best = FullDepth;
        var limit = best.Loss * (1 + increase);
        for (var step = Steps - 1; step >= 0 && At(step) is var score && score.Loss <= limit; step--)
        {
            best = score;
        }

        return best;
    }

    private ThresholdScore At(int step) => ThresholdScore.Of(scores, new QExitPolicy(), (float)step / Steps, scores.Loops);
}
