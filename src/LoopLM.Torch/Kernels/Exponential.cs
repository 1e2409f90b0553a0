using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LoopLM.Torch.Kernels;

/// <summary>
/// exp in float32 within a relative error of 5e-7, in a third of the instructions of the platform's, which goes through float64.
/// </summary>
/// <remarks>
/// exp(x) = 2^n exp(r), n the integer closest to x / ln 2, |r| at most ln 2 / 2. The polynomial for exp(r), with 1 + r given, has the least
/// relative error of its degree, 1.05e-7 (found with Remez' algorithm).
/// </remarks>
internal static class Exponential
{
    /// <summary>From its negative down, exp is 0 here; above, it stays exp(88).</summary>
    private const float Bound = 88;

    // Adding 1.5 * 2^23 rounds to an integer, which is then in the lowest bits, here together with the bias of an exponent.
    private const float Rounder = 12582912 + 127;

    /// <summary>exp of each element; a NaN stays one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Of(Vector512<float> x)
    {
        // The bounds are on the left, so that a NaN passes.
        x = Vector512.MinNative(Vector512.Create(Bound), Vector512.MaxNative(Vector512.Create(-Bound), x));
        var rounded = Vector512.FusedMultiplyAdd(x, Vector512.Create(1.44269504f), Vector512.Create(Rounder));
        var r = Vector512.FusedMultiplyAdd(rounded - Vector512.Create(Rounder), Vector512.Create(-0.693147182f), x);
        var p = Vector512.Create(0.00831250101f);
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(0.0418903306f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(0.166671157f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(0.499992311f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512<float>.One);
        p = Vector512.FusedMultiplyAdd(p, r, Vector512<float>.One);
        return p * (rounded.AsInt32() << 23).AsSingle();
    }
}
