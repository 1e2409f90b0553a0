using LoopLM.Engine.Exits;
using LoopLM.Training;

namespace LoopLM.Tools.Eval;

/// <summary>How deep the tokens of one kind go.</summary>
/// <param name="Kind">Name of the kind.</param>
/// <param name="Targets">Tokens of it.</param>
/// <param name="MeanExitStep">Mean exit step at the threshold.</param>
/// <param name="LossByLoop">Mean cross entropy in nats.</param>
/// <param name="AccuracyByLoop">Share of targets that are the likeliest token.</param>
/// <param name="Examples">Some of them, the earliest to leave and the last.</param>
internal sealed record TokenKindScore(
    string Kind, int Targets, double MeanExitStep, double[] LossByLoop, double[] AccuracyByLoop, TokenExample[] Examples)
{
    private const int ExamplesAtEachEnd = 2;

    /// <summary>The kinds from the earliest to leave to the last.</summary>
    /// <param name="scores">The scores.</param>
    /// <param name="kinds">Kinds of the split that was scored.</param>
    /// <param name="threshold">Threshold of q-exit.</param>
    /// <param name="maxLoops">The loop where every target exits.</param>
    /// <param name="seed">Seed of the choice of examples.</param>
    public static TokenKindScore[] All(TokenScores scores, TokenKinds kinds, float threshold, int maxLoops, int seed)
    {
        var (policy, random) = (new QExitPolicy(), new Random(seed));
        var steps = Enumerable.Range(0, scores.Targets)
            .Select(target => ThresholdScore.ExitStep(scores, target, policy, threshold, maxLoops)).ToArray();
        return [.. Enumerable.Range(0, scores.Targets).GroupBy(target => kinds.Of(scores.Indices[target]))
            .Select(Score).OrderBy(score => score.MeanExitStep)];

        TokenKindScore Score(IGrouping<string, int> group)
        {
            var targets = group.ToArray();
            double[] ByLoop(Func<int, double> value) =>
                [.. Enumerable.Range(0, scores.Loops).Select(loop => targets.Average(target => value((target * scores.Loops) + loop)))];
            var (losses, accuracies) = (ByLoop(at => scores.Losses[at]), ByLoop(at => scores.IsCorrect[at] ? 1 : 0));
            var mean = targets.Average(target => steps[target]);
            random.Shuffle(targets);
            var ordered = targets.OrderBy(target => steps[target]).ToArray();
            var shown = ordered.Take(ExamplesAtEachEnd).Concat(ordered.Skip(ExamplesAtEachEnd).TakeLast(ExamplesAtEachEnd));
            return new(group.Key, targets.Length, mean, losses, accuracies,
                [.. shown.Select(target => new TokenExample(kinds.Excerpt(scores.Indices[target]), steps[target]))]);
        }
    }
}
