using System.Runtime.Intrinsics;

namespace LoopLM.Torch.Kernels;

/// <summary>bfloat16: the elements at even places, then those at odd ones. That takes a shift and a mask instead of a shuffle.</summary>
internal readonly struct BFloat16Lanes : ILanes<ushort>
{
    private static Vector512<uint> High => Vector512.Create(0xFFFF0000u);

    public static unsafe (Vector512<float> A, Vector512<float> B) Load(ushort* from)
    {
        var pairs = Vector512.Load((uint*)from);
        return ((pairs << 16).AsSingle(), (pairs & High).AsSingle());
    }

    public static unsafe void Store(ushort* to, Vector512<float> a, Vector512<float> b) =>
        ((RoundBits(a) >> 16) | (RoundBits(b) & High)).Store((uint*)to);

    public static (Vector512<float> A, Vector512<float> B) Round(Vector512<float> a, Vector512<float> b) =>
        ((RoundBits(a) & High).AsSingle(), (RoundBits(b) & High).AsSingle());

    public static (Vector512<float> A, Vector512<float> B) SwapHalves(Vector512<float> a, Vector512<float> b) =>
        (Vector512.Create(a.GetUpper(), a.GetLower()), Vector512.Create(b.GetUpper(), b.GetLower()));

    public static float Widen(ushort element) => BitConverter.UInt32BitsToSingle((uint)element << 16);

    public static ushort Narrow(float value) => (ushort)(RoundBits(Vector512.Create(value))[0] >> 16);

    public static int Element(int place) => place < 16 ? 2 * place : (2 * (place - 16)) + 1;

    /// <summary>To the nearest, ties to even; the lower half of the result is not cleared.</summary>
    private static Vector512<uint> RoundBits(Vector512<float> value)
    {
        var bits = value.AsUInt32();
        return bits + Vector512.Create(0x7FFFu) + ((bits >> 16) & Vector512<uint>.One);
    }
}
