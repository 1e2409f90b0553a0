using LoopLM.Engine.Exits;
using LoopLM.Training;

namespace LoopLM.Tools.Eval;

/// <summary>Quality against mean loops as the threshold of one policy moves.</summary>
/// <param name="Policy">Name of the policy.</param>
/// <param name="Points">In rising order of the threshold.</param>
internal sealed record ExitCurve(string Policy, ThresholdScore[] Points)
{
    private const int Steps = 24;

    /// <summary>The curves of fixed depth, hidden-delta, q-exit and act.</summary>
    /// <param name="scores">Scores of the model's loops and perhaps more.</param>
    /// <param name="maxLoops">The loop where every target exits; fixed depth goes on to the last loop scored.</param>
    public static ExitCurve[] All(TokenScores scores, int maxLoops) =>
    [
        new("fixed", [.. Enumerable.Range(1, scores.Loops).Select(loop => ThresholdScore.Of(scores, new FixedPolicy(), loop, loop))]),
        Of(scores, new QExitPolicy(), step => (float)step / Steps, maxLoops),
        Of(scores, new HiddenDeltaPolicy(), step => 0.02f * MathF.Pow(2, step / 3f), maxLoops),
        Of(scores, new ActPolicy(), step => step / 8f, maxLoops),
    ];

    /// <summary>The score at a mean exit step, by linear interpolation between the nearest points; null outside the curve.</summary>
    public (double Loss, double Accuracy)? At(double meanExitStep)
    {
        var points = Points.OrderBy(point => point.MeanExitStep).ToList();
        var above = points.FindIndex(point => point.MeanExitStep >= meanExitStep);
        if (above < 0 || (above == 0 && points[0].MeanExitStep > meanExitStep))
        {
            return null;
        }

        var (low, high) = (points[Math.Max(above - 1, 0)], points[above]);
        var span = high.MeanExitStep - low.MeanExitStep;
        var share = span > 0 ? (meanExitStep - low.MeanExitStep) / span : 0;
        return (double.Lerp(low.Loss, high.Loss, share), double.Lerp(low.Accuracy, high.Accuracy, share));
    }

    private static ExitCurve Of(TokenScores scores, IExitPolicy policy, Func<int, float> threshold, int maxLoops) =>
        new(policy.Name, [.. Enumerable.Range(0, Steps + 1).Select(step => ThresholdScore.Of(scores, policy, threshold(step), maxLoops))]);
}
