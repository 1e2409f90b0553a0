using System.Runtime.Intrinsics;

namespace LoopLM.Torch.Kernels;

/// <summary>What the elements of a vector come to, as far as the platform has no method for it.</summary>
internal static class Reduction
{
    /// <summary>The largest element.</summary>
    public static float Largest(Vector512<float> vector)
    {
        var half = Vector256.Max(vector.GetLower(), vector.GetUpper());
        var quarter = Vector128.Max(half.GetLower(), half.GetUpper());
        return MathF.Max(MathF.Max(quarter[0], quarter[1]), MathF.Max(quarter[2], quarter[3]));
    }
}
