using System.Runtime.CompilerServices;
using LoopLM.Checkpoints.Packing;
using LoopLM.Cpu.Simd;

namespace LoopLM.Cpu.Formats;

/// <summary>
/// Two codes a byte, summed in 16 bits: a sum takes 16 products of a group, each at most 15 * 127, which is less than 2^15.
/// </summary>
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
        where TVector : struct => TSimd.UpperHalves(TSimd.Reload((float*)source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddProducts<TSimd, TVector>(
        ref TVector sums0, ref TVector sums1, TVector codes0, TVector codes1, TVector factors0, TVector factors1)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        var (products0, products1) = (TSimd.MultiplyAddAdjacentBytes(codes0, factors0), TSimd.MultiplyAddAdjacentBytes(codes1, factors1));
        (sums0, sums1) = (TSimd.AddShortIntegers(sums0, products0), TSimd.AddShortIntegers(sums1, products1));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Widen<TSimd, TVector>(TVector sums)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct => TSimd.PairSums(sums);
}
