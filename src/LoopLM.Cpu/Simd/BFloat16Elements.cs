using System.Runtime.CompilerServices;

namespace LoopLM.Cpu.Simd;

/// <summary>Stored as bfloat16.</summary>
internal readonly unsafe struct BFloat16Elements : IElements
{
    public static int Size => sizeof(ushort);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Load<TSimd, TVector>(byte* source)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct => TSimd.LoadBFloat16((ushort*)source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector LoadFirst<TSimd, TVector>(byte* source)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct => TSimd.LoadEvenBFloat16((ushort*)source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector LoadSecond<TSimd, TVector>(byte* source)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct => TSimd.LoadOddBFloat16((ushort*)source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<TSimd, TVector>(TVector vector, byte* destination)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct => TSimd.StoreBFloat16(vector, (ushort*)destination);
}
