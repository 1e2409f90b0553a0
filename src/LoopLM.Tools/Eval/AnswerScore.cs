using LoopLM.Engine.Exits;
using LoopLM.Tools.Data;
using LoopLM.Training;

namespace LoopLM.Tools.Eval;

/// <summary>How many answers of a group are right, and how deep their tokens go.</summary>
/// <param name="Group">Name of the group.</param>
/// <param name="Answers">How many there are.</param>
/// <param name="ExactByLoop">
/// Share that is right in every token, with what ends it: those that greedy decoding at that loop gets right.
/// </param>
/// <param name="MeanExitStep">Mean exit step of their tokens.</param>
internal sealed record AnswerScore(string Group, int Answers, double[] ExactByLoop, double MeanExitStep)
{
    /// <summary>
    /// All answers, then those of each number of steps and of each kind. A label is both: <c>2 holder</c>, or a kind alone.
    /// </summary>
    /// <param name="scores">The scores.</param>
    /// <param name="spans">Where the answers are; one whose tokens were not all scored does not count.</param>
    /// <param name="threshold">Threshold of q-exit.</param>
    /// <param name="maxLoops">The loop where every token exits.</param>
    public static AnswerScore[] All(TokenScores scores, IReadOnlyList<LabelledSpan> spans, float threshold, int maxLoops)
    {
        var targets = Enumerable.Range(0, scores.Targets).ToDictionary(target => scores.Indices[target]);
        var answers = spans
            .Where(span => Enumerable.Range(span.Start, span.Length).All(targets.ContainsKey))
            .Select(span => (Label: span.Label.Split(' '), Targets: Enumerable.Range(span.Start, span.Length)
                .Select(index => targets[index]).ToArray()))
            .ToList();
        var groups = answers.SelectMany(answer => Groups(answer.Label).Select(group => (Group: group, answer.Targets)))
            .GroupBy(pair => pair.Group, pair => pair.Targets)
            .OrderBy(group => group.Key == "all" ? 0 : group.Key.StartsWith("steps", StringComparison.Ordinal) ? 1 : 2)
            .ThenBy(group => group.Key, StringComparer.Ordinal);
        return [.. groups.Select(group => Of(group.Key, [.. group], scores, threshold, maxLoops))];
    }

    private static IEnumerable<string> Groups(string[] label) => label is [var steps, var kind]
        ? ["all", steps == "0" ? "no answer" : $"steps {steps}", kind] : [label[0]];

    private static AnswerScore Of(string group, List<int[]> answers, TokenScores scores, float threshold, int maxLoops)
    {
        var policy = new QExitPolicy();
        double[] exact = [.. Enumerable.Range(0, scores.Loops)
            .Select(loop => answers.Average(answer => answer.All(target => scores.IsCorrect[(target * scores.Loops) + loop]) ? 1.0 : 0))];
        return new(group, answers.Count, exact, answers.SelectMany(answer => answer)
            .Average(target => ThresholdScore.ExitStep(scores, target, policy, threshold, maxLoops)));
    }
}
