using LoopLM.Tools.Data.Tales.Checking;

namespace LoopLM.Tools.Eval.Tales;

/// <summary>What the checker finds in the tales that a model wrote.</summary>
/// <param name="Threshold">Threshold of q-exit; 1 runs all loops.</param>
/// <param name="Temperature">Temperature.</param>
/// <param name="Tales">How many there are.</param>
/// <param name="Parsed">Share of their sentences that follow a pattern.</param>
/// <param name="Consistent">Share of tales whose sentences contradict nothing.</param>
/// <param name="Contains">Share that is about what was requested.</param>
/// <param name="EndsWell">Share that ends by itself with an ending.</param>
/// <param name="MeanExitStep">Mean exit step of the tokens after the first, which the prompt pass gives at full depth.</param>
internal sealed record TaleScore(float Threshold, float Temperature, int Tales, double Parsed, double Consistent, double Contains,
    double EndsWell, double MeanExitStep)
{
    /// <summary>Checks tales.</summary>
    /// <param name="tales">At least one.</param>
    /// <param name="threshold">Threshold they were written at.</param>
    /// <param name="temperature">Temperature they were written at.</param>
    public static TaleScore Of(IReadOnlyList<GeneratedTale> tales, float threshold, float temperature)
    {
        var checks = tales.Select(tale => TaleCheck.Of(tale.Text)).ToList();
        double sentences = checks.Sum(check => check.Sentences.Count);
        double Share(Func<GeneratedTale, TaleCheck, bool> holds) => tales.Zip(checks, holds).Average(value => value ? 1.0 : 0);
        return new(
            threshold,
            temperature,
            tales.Count,
            checks.Sum(check => check.Parsed) / Math.Max(1, sentences),
            Share((_, check) => check.Sentences.Count > 0 && !check.Contradictions.Any()),
            Share((tale, _) => TaleCheck.Contains(tale.Request, tale.Text)),
            Share((tale, check) => tale.Ended && check.EndsWell),
            tales.SelectMany(tale => tale.ExitSteps.Skip(1)).DefaultIfEmpty(0).Average());
    }
}
