using LoopLM.Checkpoints.Packing;
using LoopLM.Cpu.Simd;

namespace LoopLM.Cpu.Formats;

/// <summary>
/// How packed weights are multiplied: eight bytes of a row at a time, by one or two steps of a <see cref="PackedLayout"/>, in two halves.
/// </summary>
internal unsafe interface IPackedCodes
{
    /// <summary>Bytes of a tile's codes for eight bytes of a row.</summary>
    static abstract int Bytes { get; }

    /// <summary>Bytes of a row's code; two where codes are widened.</summary>
    static abstract int RowCodeBytes { get; }

    /// <summary>The codes that the first four bytes of a row are multiplied by.</summary>
    static abstract TVector LoadFirst<TSimd, TVector>(byte* source)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct;

    /// <summary>The codes that the last four bytes of a row are multiplied by.</summary>
    static abstract TVector LoadLast<TSimd, TVector>(byte* source)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct;

    /// <summary>
    /// Adds products to two vectors of sums that hold no more than one group. Both products come before
    /// both sums, which processors schedule better.
    /// </summary>
    static abstract void AddProducts<TSimd, TVector>(
        ref TVector sums0, ref TVector sums1, TVector codes0, TVector codes1, TVector factors0, TVector factors1)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct;

    /// <summary>Sums as 32-bit integers.</summary>
    static abstract TVector Widen<TSimd, TVector>(TVector sums)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct;
}
