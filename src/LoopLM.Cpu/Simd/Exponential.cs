using System.Runtime.CompilerServices;

namespace LoopLM.Cpu.Simd;

/// <summary>exp in float32 within two units in the last place.</summary>
/// <remarks>
/// exp(x) = 2^n exp(r), n the integer closest to x / ln 2, |r| at most ln 2 / 2. ln 2 comes in two parts, of which n times the first is
/// exact. The polynomial for exp(r) is that of the Cephes library (S. L. Moshier), <c>expf</c>.
/// </remarks>
internal static class Exponential<TSimd, TVector>
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    // exp is zero below and infinite above.
    private const float Lowest = -104;
    private const float Highest = 89;

    // Adding and subtracting 1.5 * 2^23 rounds to an integer.
    private const float Rounder = 12582912;

    /// <summary>exp of each element; a NaN stays one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Of(TVector x)
    {
        // The bounds are on the left, so that a NaN passes.
        x = TSimd.Min(TSimd.Broadcast(Highest), TSimd.Max(TSimd.Broadcast(Lowest), x));
        var n = Round(TSimd.Multiply(x, TSimd.Broadcast(1.44269504f)));
        var r = TSimd.MultiplyAdd(n, TSimd.Broadcast(-0.693359375f), x);
        r = TSimd.MultiplyAdd(n, TSimd.Broadcast(2.12194440e-4f), r);
        var p = TSimd.Broadcast(1.9875691500e-4f);
        p = TSimd.MultiplyAdd(p, r, TSimd.Broadcast(1.3981999507e-3f));
        p = TSimd.MultiplyAdd(p, r, TSimd.Broadcast(8.3334519073e-3f));
        p = TSimd.MultiplyAdd(p, r, TSimd.Broadcast(4.1665795894e-2f));
        p = TSimd.MultiplyAdd(p, r, TSimd.Broadcast(1.6666665459e-1f));
        p = TSimd.MultiplyAdd(p, r, TSimd.Broadcast(5.0000001201e-1f));
        p = TSimd.MultiplyAdd(p, TSimd.Multiply(r, r), TSimd.Add(r, TSimd.Broadcast(1)));

        // Two factors, for 2^n itself leaves the range of float32 before the product does.
        var half = Round(TSimd.Multiply(n, TSimd.Broadcast(0.5f)));
        return TSimd.Multiply(TSimd.Multiply(p, TSimd.PowerOfTwo(half)), TSimd.PowerOfTwo(TSimd.Subtract(n, half)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Round(TVector x) => TSimd.Subtract(TSimd.Add(x, TSimd.Broadcast(Rounder)), TSimd.Broadcast(Rounder));
}
