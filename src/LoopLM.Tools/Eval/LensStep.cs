using LoopLM.Training;

namespace LoopLM.Tools.Eval;

/// <summary>What one more loop does to the likeliest token. Shares are of all targets.</summary>
/// <param name="Loop">The earlier loop, t.</param>
/// <param name="Changed">The likeliest token of loop t + 1 is another.</param>
/// <param name="WasRight">It is another, and that of loop t was right.</param>
/// <param name="BecomesRight">It is another, and right.</param>
/// <param name="RightBefore">The likeliest token of loop t is right.</param>
/// <param name="AgreesWithLast">The likeliest token of loop t is that of the model's last loop.</param>
internal sealed record LensStep(int Loop, double Changed, double WasRight, double BecomesRight, double RightBefore, double AgreesWithLast)
{
    /// <summary>One for each two neighbouring loops.</summary>
    /// <param name="scores">The scores.</param>
    /// <param name="last">The model's last loop.</param>
    public static LensStep[] All(TokenScores scores, int last) =>
        [.. Enumerable.Range(1, scores.Loops - 1).Select(loop => Of(scores, loop, last))];

    private static LensStep Of(TokenScores scores, int loop, int last)
    {
        var (changed, wasRight, becomesRight, right, agrees) = (0, 0, 0, 0, 0);
        for (var target = 0; target < scores.Targets; target++)
        {
            var at = (target * scores.Loops) + loop - 1;
            right += scores.IsCorrect[at] ? 1 : 0;
            agrees += scores.TopTokens[at] == scores.TopTokens[(target * scores.Loops) + last - 1] ? 1 : 0;
            if (scores.TopTokens[at] != scores.TopTokens[at + 1])
            {
                changed++;
                wasRight += scores.IsCorrect[at] ? 1 : 0;
                becomesRight += scores.IsCorrect[at + 1] ? 1 : 0;
            }
        }

        double targets = scores.Targets;
        return new(loop, changed / targets, wasRight / targets, becomesRight / targets, right / targets, agrees / targets);
    }
}
