using System.Runtime.Intrinsics;

namespace LoopLM.Torch.Kernels;

/// <summary>y = round(g sigmoid(g)) u, element by element.</summary>
internal static unsafe class SwiGluKernel<T, TLanes>
    where T : unmanaged
    where TLanes : ILanes<T>
{
    /// <param name="gate">g, as many elements as each of the others; a multiple of 32.</param>
    /// <param name="up">u.</param>
    /// <param name="y">The products.</param>
    /// <param name="count">Elements.</param>
    public static void Forward(T* gate, T* up, T* y, long count)
    {
        for (var i = 0L; i < count; i += ILanes<T>.Count)
        {
            var ((ga, gb), (ua, ub)) = (TLanes.Load(gate + i), TLanes.Load(up + i));
            var (sa, sb) = TLanes.Round(ga * Sigmoid(ga), gb * Sigmoid(gb));
            TLanes.Store(y + i, sa * ua, sb * ub);
        }
    }

    /// <summary>With s = sigmoid(g): dg = dy u s (1 + g (1 - s)), du = dy round(g s).</summary>
    public static void Backward(T* gate, T* up, T* dy, T* dGate, T* dUp, long count)
    {
        for (var i = 0L; i < count; i += ILanes<T>.Count)
        {
            var ((ga, gb), (ua, ub), (da, db)) = (TLanes.Load(gate + i), TLanes.Load(up + i), TLanes.Load(dy + i));
            var (sa, sb) = (Sigmoid(ga), Sigmoid(gb));
            var (va, vb) = TLanes.Round(ga * sa, gb * sb);
            TLanes.Store(dGate + i, da * ua * Slope(ga, sa), db * ub * Slope(gb, sb));
            TLanes.Store(dUp + i, da * va, db * vb);
        }
    }

    private static Vector512<float> Sigmoid(Vector512<float> x) => Vector512<float>.One / (Vector512<float>.One + Exponential.Of(-x));

    private static Vector512<float> Slope(Vector512<float> x, Vector512<float> sigmoid) =>
        sigmoid * (Vector512<float>.One + (x * (Vector512<float>.One - sigmoid)));
}
