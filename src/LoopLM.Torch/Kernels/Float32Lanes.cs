using System.Runtime.Intrinsics;

namespace LoopLM.Torch.Kernels;

/// <summary>Single precision: the first 16 elements, then the second 16.</summary>
internal readonly struct Float32Lanes : ILanes<float>
{
    public static unsafe (Vector512<float> A, Vector512<float> B) Load(float* from) => (Vector512.Load(from), Vector512.Load(from + 16));

    public static unsafe void Store(float* to, Vector512<float> a, Vector512<float> b)
    {
        a.Store(to);
        b.Store(to + 16);
    }

    public static (Vector512<float> A, Vector512<float> B) Round(Vector512<float> a, Vector512<float> b) => (a, b);

    public static (Vector512<float> A, Vector512<float> B) SwapHalves(Vector512<float> a, Vector512<float> b) => (b, a);

    public static float Widen(float element) => element;

    public static float Narrow(float value) => value;

    public static int Element(int place) => place;
}
