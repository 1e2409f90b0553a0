namespace LoopLM.Tools.Bench;

/// <summary>What one run measured.</summary>
/// <param name="PrefillTokensPerSecond">Prompt tokens per second, from the first tick to the last first token.</param>
/// <param name="DecodeTokensPerSecond">Generated tokens per second while every request was generating.</param>
/// <param name="MeanExitStep">Mean exit step of those tokens.</param>
/// <param name="LoopsPerSecond">Ticks per second meanwhile: each reads all weights of the layers.</param>
/// <param name="HeadsPerSecond">Those of them in which tokens came out: each reads the head.</param>
/// <param name="Gaps">Seconds between neighbouring tokens of a request, in rising order.</param>
internal sealed record BenchMeasurement(
    double PrefillTokensPerSecond, double DecodeTokensPerSecond, double MeanExitStep, double LoopsPerSecond, double HeadsPerSecond, double[] Gaps)
{
    /// <summary>A percentile of the gaps in milliseconds.</summary>
    /// <param name="share">0..1.</param>
    public double GapMilliseconds(double share) =>
        Gaps.Length == 0 ? 0 : 1000 * Gaps[Math.Min(Gaps.Length - 1, (int)(share * Gaps.Length))];
}
