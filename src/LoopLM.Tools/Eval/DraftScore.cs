using LoopLM.Training;

namespace LoopLM.Tools.Eval;

/// <summary>How often an earlier loop drafts the token that full depth chooses.</summary>
/// <param name="Text">What is read: held-out documents, or what the model wrote itself.</param>
/// <param name="Targets">Tokens.</param>
/// <param name="AgreesByLoop">Share of tokens whose likeliest one after each loop but the last is that of full depth.</param>
internal sealed record DraftScore(string Text, int Targets, double[] AgreesByLoop)
{
    /// <summary>Counts.</summary>
    /// <param name="text">What is read.</param>
    /// <param name="scores">Its scores.</param>
    /// <param name="last">The model's last loop.</param>
    public static DraftScore Of(string text, TokenScores scores, int last) =>
        new(text, scores.Targets, [.. LensStep.All(scores, last).Take(last - 1).Select(step => step.AgreesWithLast)]);
}
