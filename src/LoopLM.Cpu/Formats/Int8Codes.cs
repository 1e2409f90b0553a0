using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using LoopLM.Checkpoints.Packing;
using LoopLM.Cpu.Simd;

namespace LoopLM.Cpu.Formats;

/// <summary>One code a byte, summed in 32 bits by AVX-VNNI, which .NET has for 256-bit vectors only.</summary>
internal readonly unsafe struct Int8Codes : IPackedCodes
{
    public static int Bytes => 2 * PackedLayout.StepBytes;

    public static int RowCodeBytes => sizeof(sbyte);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector LoadFirst<TSimd, TVector>(byte* source)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct => TSimd.Load((float*)source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector LoadLast<TSimd, TVector>(byte* source)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct => TSimd.Load((float*)(source + PackedLayout.StepBytes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddProducts<TSimd, TVector>(
        ref TVector sums0, ref TVector sums1, TVector codes0, TVector codes1, TVector factors0, TVector factors1)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        sums0 = Add(sums0, codes0, factors0);
        sums1 = Add(sums1, codes1, factors1);

        static TVector Add(TVector sums, TVector codes, TVector factors) =>
            Unsafe.BitCast<Vector256<int>, TVector>(AvxVnni.MultiplyWideningAndAdd(
                Unsafe.BitCast<TVector, Vector256<int>>(sums), Unsafe.BitCast<TVector, Vector256<byte>>(codes),
                Unsafe.BitCast<TVector, Vector256<sbyte>>(factors)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Widen<TSimd, TVector>(TVector sums)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct => sums;
}
