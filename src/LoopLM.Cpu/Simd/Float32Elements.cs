using System.Runtime.CompilerServices;

namespace LoopLM.Cpu.Simd;

/// <summary>Stored as they are.</summary>
internal readonly unsafe struct Float32Elements : IElements
{
    public static int Size => sizeof(float);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Load<TSimd, TVector>(byte* source)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct => TSimd.Load((float*)source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector LoadFirst<TSimd, TVector>(byte* source)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct => TSimd.Load((float*)source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector LoadSecond<TSimd, TVector>(byte* source)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct => TSimd.Load((float*)source + TSimd.Count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<TSimd, TVector>(TVector vector, byte* destination)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct => TSimd.Store(vector, (float*)destination);
}
