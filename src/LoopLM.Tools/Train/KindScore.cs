using LoopLM.Training;
using LoopLM.Training.Data;

namespace LoopLM.Tools.Train;

/// <summary>How well each loop predicts the held-out documents of one kind.</summary>
/// <param name="Kind">Name of the kind.</param>
/// <param name="Targets">Tokens predicted.</param>
/// <param name="LossByLoop">Mean cross entropy in nats.</param>
/// <param name="AccuracyByLoop">Share of targets that are the likeliest token.</param>
/// <param name="ExactByLoop">Share of documents all of whose targets are: the answers that greedy decoding gets right.</param>
internal sealed record KindScore(string Kind, int Targets, double[] LossByLoop, double[] AccuracyByLoop, double[] ExactByLoop)
{
    /// <summary>Sums up scores by kind.</summary>
    public static IEnumerable<KindScore> Of(TokenScores scores, TokenSplit split, IReadOnlyList<string> kinds) =>
        Enumerable.Range(0, scores.Targets).GroupBy(target => split.Kinds[scores.Documents[target]])
            .OrderBy(group => group.Key).Select(group =>
            {
                var targets = group.ToList();
                var documents = targets.GroupBy(target => scores.Documents[target]).ToList();
                double[] ByLoop(Func<int, double> value) => [.. Enumerable.Range(0, scores.Loops).Select(value)];
                return new KindScore(
                    kinds[group.Key],
                    targets.Count,
                    ByLoop(loop => targets.Average(target => scores.Losses[(target * scores.Loops) + loop])),
                    ByLoop(loop => targets.Average(target => scores.IsCorrect[(target * scores.Loops) + loop] ? 1.0 : 0)),
                    ByLoop(
                        loop => documents.Average(document =>
                            document.All(target => scores.IsCorrect[(target * scores.Loops) + loop]) ? 1.0 : 0)));
            });
}
