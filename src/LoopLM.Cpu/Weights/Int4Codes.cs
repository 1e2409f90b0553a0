using System.Runtime.CompilerServices;
using LoopLM.Checkpoints.Packing;
using LoopLM.Cpu.Simd;

namespace LoopLM.Cpu.Weights;

/// <summary>Two codes a byte, summed in 16 bits: a sum takes 16 products of a group, each at most 15 * 127, which is less than 2^15.</summary>
internal readonly unsafe struct Int4Codes : IPackedCodes
{
    public static int Bytes => PackedLayout.StepBytes;

    public static int RowCodeBytes => sizeof(sbyte);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector LoadFirst<TSimd, TVector>(byte* source)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct => TSimd.LowerHalves(TSimd.Load((float*)source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector LoadLast<TSimd, TVector>(byte* source)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct => TSimd.UpperHalves(TSimd.Load((float*)source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector AddProducts<TSimd, TVector>(TVector sums, TVector codes, TVector factors)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct => TSimd.AddSmallProducts(sums, codes, factors);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Widen<TSimd, TVector>(TVector sums)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct => TSimd.PairSums(sums);
}
