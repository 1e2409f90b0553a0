namespace LoopLM.Engine.Sampling;

/// <summary>
/// A counter-based generator: the number depends on (seed, position) alone, so that batching cannot change it.
/// The mixing function is the finalizer of SplitMix64 (Steele, Lea, Flood 2014).
/// </summary>
public static class CounterRandom
{
    private const ulong Gamma = 0x9E3779B97F4A7C15;

    /// <summary>A uniform number in [0, 1) with 53 random bits.</summary>
    public static double Uniform(long seed, int position) =>
        (Mix(Mix((ulong)seed + Gamma) + (ulong)(uint)position * Gamma) >> 11) * (1.0 / (1L << 53));

    /// <summary>The seed of one of several generations of a request, so that each draws its own numbers.</summary>
    /// <param name="seed">The request's seed.</param>
    /// <param name="index">Which generation, from 0; the first has the request's seed.</param>
    public static long Derive(long seed, int index) =>
        index == 0 ? seed : (long)Mix(Mix((ulong)seed) + ((ulong)(uint)index * Gamma));

    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
