using System.Runtime.CompilerServices;
using LoopLM.Checkpoints.Packing;
using LoopLM.Cpu.Simd;

namespace LoopLM.Cpu.Weights;

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
        where TVector : struct => TSimd.UpperBytes(TSimd.Load((float*)source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector AddProducts<TSimd, TVector>(TVector sums, TVector codes, TVector factors)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct => TSimd.AddProducts(sums, codes, factors);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Widen<TSimd, TVector>(TVector sums)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct => sums;
}
