using LoopLM.Engine.Exits;
using LoopLM.Training;

namespace LoopLM.Tools.Eval;

/// <summary>What a type of weights costs against float32, on the runner that serves it.</summary>
/// <param name="Weights">The type.</param>
/// <param name="Targets">Tokens predicted.</param>
/// <param name="Loss">Mean cross entropy of the model's last loop in nats.</param>
/// <param name="Perplexity">Its exponential.</param>
/// <param name="PerplexityChange">By how much that exceeds float32's, as a share of it.</param>
/// <param name="MeanExitStep">Mean exit step of q-exit.</param>
/// <param name="SameExitStep">Share of targets that exit at the loop at which float32 lets them exit.</param>
internal sealed record WeightTypeScore(
    string Weights, int Targets, double Loss, double Perplexity, double PerplexityChange, double MeanExitStep, double SameExitStep)
{
    /// <summary>Compares scores of the same targets.</summary>
    /// <param name="weights">The type.</param>
    /// <param name="scores">What it brought.</param>
    /// <param name="exact">What float32 brought.</param>
    /// <param name="threshold">Threshold of q-exit.</param>
    public static WeightTypeScore Of(string weights, TokenScores scores, TokenScores exact, float threshold)
    {
        var policy = new QExitPolicy();
        var full = ThresholdScore.Of(scores, new FixedPolicy(), scores.Loops, scores.Loops);
        var change = Math.Exp(full.Loss - ThresholdScore.Of(exact, new FixedPolicy(), exact.Loops, exact.Loops).Loss) - 1;
        var same = Enumerable.Range(0, scores.Targets).Count(target => Step(scores, target) == Step(exact, target));
        return new(weights, scores.Targets, full.Loss, Math.Exp(full.Loss), change,
            ThresholdScore.Of(scores, policy, threshold, scores.Loops).MeanExitStep, (double)same / scores.Targets);

        int Step(TokenScores of, int target) => ThresholdScore.ExitStep(of, target, policy, threshold, of.Loops);
    }
}
