using System.Runtime.CompilerServices;
using LoopLM.Checkpoints.Packing;
using LoopLM.Cpu.Simd;

namespace LoopLM.Cpu.Formats;

/// <summary>One code a byte, widened to 16 bits like the rows, and summed in 32.</summary>
internal readonly unsafe struct WidenedInt8Codes : IPackedCodes
{
    public static int Bytes => PackedLayout.StepBytes;

    public static int RowCodeBytes => sizeof(short);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector LoadFirst<TSimd, TVector>(byte* source)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct => TSimd.LowerBytes(TSimd.Load((float*)source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector LoadLast<TSimd, TVector>(byte* source)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct => TSimd.UpperBytes(TSimd.Reload((float*)source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddProducts<TSimd, TVector>(
        ref TVector sums0, ref TVector sums1, TVector codes0, TVector codes1, TVector factors0, TVector factors1)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        var (products0, products1) = (TSimd.MultiplyAddAdjacent(codes0, factors0), TSimd.MultiplyAddAdjacent(codes1, factors1));
        (sums0, sums1) = (TSimd.AddIntegers(sums0, products0), TSimd.AddIntegers(sums1, products1));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Widen<TSimd, TVector>(TVector sums)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct => sums;
}
