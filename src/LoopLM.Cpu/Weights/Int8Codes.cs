using System.Runtime.CompilerServices;
using LoopLM.Checkpoints.Packing;
using LoopLM.Cpu.Simd;

namespace LoopLM.Cpu.Weights;

/// <summary>One code a byte, summed in 32 bits.</summary>
internal readonly unsafe struct Int8Codes : IPackedCodes
{
    public static int Bytes => 2 * PackedLayout.StepBytes;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector LoadFirst<TSimd, TVector>(byte* source)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct => TSimd.Load((float*)source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector LoadLast<TSimd, TVector>(byte* source)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct => TSimd.Load((float*)(source + PackedLayout.StepBytes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector AddProducts<TSimd, TVector>(TVector sums, TVector codes, TVector factors)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct => TSimd.AddProducts(sums, codes, factors);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Widen<TSimd, TVector>(TVector sums)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct => sums;
}
