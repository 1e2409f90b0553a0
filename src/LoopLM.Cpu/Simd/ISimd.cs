using System.Runtime.Intrinsics;
using LoopLM.Cpu.Memory;

namespace LoopLM.Cpu.Simd;

/// <summary>Float32 arithmetic on the vectors of one instruction set: what kernels are written in, once for all widths.</summary>
/// <typeparam name="TVector">Vector128, 256 or 512 of float.</typeparam>
internal unsafe interface ISimd<TVector>
    where TVector : struct
{
    /// <summary>Floats in a vector, a divisor of <see cref="Padding.Block"/>.</summary>
    static abstract int Count { get; }

    static abstract TVector Broadcast(float value);

    static abstract TVector Load(float* source);

    /// <summary>
    /// Loads what has been loaded before: the compiler keeps the value of a second
    /// <see cref="Load"/>, and 16 registers may have no room for it.
    /// </summary>
    static abstract TVector Reload(float* source);

    /// <summary>Widens bfloat16 values.</summary>
    static abstract TVector LoadBFloat16(ushort* source);

    /// <summary>Widens the even ones of two vectors of bfloat16 values, which is less work than to widen neighbours.</summary>
    static abstract TVector LoadEvenBFloat16(ushort* source);

    /// <summary>Widens the odd ones of two vectors of bfloat16 values. They are loaded again, as by <see cref="Reload"/>.</summary>
    static abstract TVector LoadOddBFloat16(ushort* source);

    /// <summary>The even elements of two vectors.</summary>
    static abstract TVector Even(TVector lower, TVector upper);

    /// <summary>The odd elements of two vectors.</summary>
    static abstract TVector Odd(TVector lower, TVector upper);

    static abstract void Store(TVector vector, float* destination);

    /// <summary>Rounds to bfloat16, to nearest even; a NaN stays one.</summary>
    static abstract void StoreBFloat16(TVector vector, ushort* destination);

    static abstract TVector Add(TVector left, TVector right);

    static abstract TVector Subtract(TVector left, TVector right);

    static abstract TVector Multiply(TVector left, TVector right);

    static abstract TVector Divide(TVector left, TVector right);

    /// <summary>The larger; the right one where either is a NaN.</summary>
    static abstract TVector Max(TVector left, TVector right);

    /// <summary>The smaller; the right one where either is a NaN.</summary>
    static abstract TVector Min(TVector left, TVector right);

    /// <summary>left * right + addend; fused or not is a property of the instruction set.</summary>
    static abstract TVector MultiplyAdd(TVector left, TVector right, TVector addend);

    /// <summary>2 to the power of integers from -126 to 127; any number for a NaN.</summary>
    static abstract TVector PowerOfTwo(TVector integers);

    /// <summary>Sums of two products each, of neighbouring 16-bit integers, as 32-bit integers.</summary>
    static abstract TVector MultiplyAddAdjacent(TVector left, TVector right);

    /// <summary>Sums of two products each, of neighbouring bytes, as 16-bit integers.</summary>
    /// <param name="left">Unsigned bytes, up to 15.</param>
    /// <param name="right">Signed bytes, -127..127.</param>
    static abstract TVector MultiplyAddAdjacentBytes(TVector left, TVector right);

    /// <summary>The sums of neighbouring 16-bit integers, as 32-bit integers.</summary>
    static abstract TVector PairSums(TVector integers);

    /// <summary>Sums of 16-bit integers.</summary>
    static abstract TVector AddShortIntegers(TVector left, TVector right);

    /// <summary>Sums of 32-bit integers.</summary>
    static abstract TVector AddIntegers(TVector left, TVector right);

    /// <summary>The lower byte of each 16-bit integer.</summary>
    static abstract TVector LowerBytes(TVector integers);

    /// <summary>The upper byte of each 16-bit integer.</summary>
    static abstract TVector UpperBytes(TVector integers);

    /// <summary>The lower four bits of each byte.</summary>
    static abstract TVector LowerHalves(TVector bytes);

    /// <summary>The upper four bits of each byte.</summary>
    static abstract TVector UpperHalves(TVector bytes);

    /// <summary>32-bit integers as floats.</summary>
    static abstract TVector ToSingle(TVector integers);

    /// <summary>Stores the lowest byte of each element.</summary>
    static abstract void StoreLowestBytes(TVector vector, sbyte* destination);

    static abstract float MaxElement(TVector vector);

    /// <summary>The sums of four vectors' elements, each in the same order.</summary>
    static abstract Vector128<float> Sum(TVector a, TVector b, TVector c, TVector d);
}
