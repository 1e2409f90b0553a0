using LoopLM.Checkpoints.Packing;
using LoopLM.Cpu.Simd;

namespace LoopLM.Cpu.Weights;

/// <summary>How packed weights are multiplied: eight inputs at a time, which is one or two steps of a <see cref="PackedLayout"/>.</summary>
internal unsafe interface IPackedCodes
{
    /// <summary>Bytes of a tile's codes for eight inputs.</summary>
    static abstract int Bytes { get; }

    /// <summary>The codes of the first four inputs.</summary>
    static abstract TVector LoadFirst<TSimd, TVector>(byte* source)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct;

    /// <summary>The codes of the last four inputs.</summary>
    static abstract TVector LoadLast<TSimd, TVector>(byte* source)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct;

    /// <summary>Adds products to sums that hold no more than one group.</summary>
    static abstract TVector AddProducts<TSimd, TVector>(TVector sums, TVector codes, TVector factors)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct;

    /// <summary>Sums as 32-bit integers.</summary>
    static abstract TVector Widen<TSimd, TVector>(TVector sums)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct;
}
