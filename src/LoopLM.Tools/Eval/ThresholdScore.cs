using LoopLM.Engine.Exits;
using LoopLM.Training;

namespace LoopLM.Tools.Eval;

/// <summary>What is read where every target is read out at its exit step.</summary>
/// <param name="Threshold">The policy's threshold; the loop for fixed depth.</param>
/// <param name="MeanExitStep">Mean exit step, from 1.</param>
/// <param name="Loss">Mean cross entropy in nats.</param>
/// <param name="Accuracy">Share of targets that are the likeliest token.</param>
/// <param name="Histogram">Share of targets that exit at each loop.</param>
internal sealed record ThresholdScore(float Threshold, double MeanExitStep, double Loss, double Accuracy, double[] Histogram)
{
    /// <summary>Reads scores at a policy's exits.</summary>
    /// <param name="scores">At least <paramref name="maxLoops"/> loops.</param>
    /// <param name="policy">Decides exits as in the engine.</param>
    /// <param name="threshold">Its threshold.</param>
    /// <param name="maxLoops">The loop where every target exits.</param>
    public static ThresholdScore Of(TokenScores scores, IExitPolicy policy, float threshold, int maxLoops)
    {
        var (steps, loss, correct, histogram) = (0L, 0.0, 0, new double[maxLoops]);
        for (var target = 0; target < scores.Targets; target++)
        {
            var step = ExitStep(scores, target, policy, threshold, maxLoops);
            var at = (target * scores.Loops) + step - 1;
            steps += step;
            loss += scores.Losses[at];
            correct += scores.IsCorrect[at] ? 1 : 0;
            histogram[step - 1] += 1.0 / scores.Targets;
        }

        double targets = scores.Targets;
        return new(threshold, steps / targets, loss / targets, correct / targets, histogram);
    }

    /// <summary>The loop after which a target exits, from 1.</summary>
    public static int ExitStep(TokenScores scores, int target, IExitPolicy policy, float threshold, int maxLoops)
    {
        var distribution = new ExitDistribution();
        for (var loop = 1; loop < maxLoops; loop++)
        {
            var at = (target * scores.Loops) + loop - 1;
            distribution.Add(ExitDistribution.GateProbability(scores.GateLogits[at]));
            if (policy.ShouldExit(new ExitContext(loop, threshold, distribution, scores.StateChanges[at], TraceStep: 0)))
            {
                return loop;
            }
        }

        return maxLoops;
    }
}
