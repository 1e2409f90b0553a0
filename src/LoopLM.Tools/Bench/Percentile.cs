namespace LoopLM.Tools.Bench;

/// <summary>Percentiles of times.</summary>
internal static class Percentile
{
    /// <summary>A percentile in milliseconds; 0 where there are no times.</summary>
    /// <param name="seconds">Times in rising order.</param>
    /// <param name="share">0..1.</param>
    public static double Milliseconds(double[] seconds, double share) =>
        seconds.Length == 0 ? 0 : 1000 * seconds[Math.Min(seconds.Length - 1, (int)(share * seconds.Length))];
}
