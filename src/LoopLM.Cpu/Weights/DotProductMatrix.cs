using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using LoopLM.Cpu.Memory;
using LoopLM.Cpu.Simd;

namespace LoopLM.Cpu.Weights;

/// <summary>Floats stored output by output, as checkpoints hold them: each result is a dot product of two vectors in memory.</summary>
/// <remarks>
/// Every dot product has one accumulator vector, which takes the inputs in rising order, and one order of summing its elements.
/// Tiles of several rows and outputs only change which dot products run side by side.
/// </remarks>
internal sealed unsafe class DotProductMatrix<TSimd, TVector, TElements> : WeightMatrix
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
    where TElements : struct, IElements
{
    private const int TileOutputs = 4;

    // The inputs of a block of rows stay in the second-level cache while the weights pass by.
    private const int BlockFloats = 96 << 10;

    /// <summary>The first weight.</summary>
    public required byte* Weights { get; init; }

    /// <summary>Padded number of inputs.</summary>
    public required int PaddedInputs { get; init; }

    /// <summary>Bytes of two vectors of weights.</summary>
    private static nint PairBytes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 2 * TSimd.Count * TElements.Size;
    }

    private nint RowBytes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (nint)PaddedInputs * TElements.Size;
    }

    /// <inheritdoc/>
    public override void Multiply(InputRows inputs, int rows, float* outputs, nint outputStride, int first, int end)
    {
        if (rows == 1)
        {
            MultiplyRow(inputs[0], outputs, first, end);
            return;
        }

        var blockRows = Math.Max(4, BlockFloats / PaddedInputs & ~3);
        for (var row = 0; row < rows; row += blockRows)
        {
            MultiplyBlock(inputs[row], inputs.Length, Math.Min(blockRows, rows - row), outputs + (row * outputStride), outputStride, first, end);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector128<float> sums, float* destination, int count)
    {
        if (count >= TileOutputs)
        {
            sums.Store(destination);
            return;
        }

        for (var i = 0; i < count; i++)
        {
            destination[i] = sums[i];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Load(byte* weights, nint offset) => TElements.Load<TSimd, TVector>(weights + (offset * TElements.Size));

    /// <summary>Adds the products of two vectors of an output, one after the other, and asks for as many weights that come next.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector AddProducts(TVector sum, byte* weights, nint offset, TVector even, TVector odd, byte* next)
    {
        Prefetch.ToSecondLevel(next);
        if (PairBytes > Prefetch.Line)
        {
            Prefetch.ToSecondLevel(next + Prefetch.Line);
        }

        sum = TSimd.MultiplyAdd(Load(weights, offset), even, sum);
        return TSimd.MultiplyAdd(Load(weights, offset + TSimd.Count), odd, sum);
    }

    /// <summary>One row and eight outputs at a time. The eight that come next are asked for in the order in which they lie in memory.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void MultiplyRow(float* x, float* y, int first, int end)
    {
        nint length = PaddedInputs;
        for (var output = first; output < end; output += 2 * TileOutputs)
        {
            byte* w0 = Row(output, end), w1 = Row(output + 1, end), w2 = Row(output + 2, end), w3 = Row(output + 3, end);
            byte* w4 = Row(output + 4, end), w5 = Row(output + 5, end), w6 = Row(output + 6, end), w7 = Row(output + 7, end);
            TVector s0 = default, s1 = default, s2 = default, s3 = default, s4 = default, s5 = default, s6 = default, s7 = default;
            var next = w0 + (2 * TileOutputs * RowBytes);
            for (nint i = 0; i < length; i += 2 * TSimd.Count, next += 2 * TileOutputs * PairBytes)
            {
                TVector even = TSimd.Load(x + i), odd = TSimd.Load(x + i + TSimd.Count);
                s0 = AddProducts(s0, w0, i, even, odd, next);
                s1 = AddProducts(s1, w1, i, even, odd, next + PairBytes);
                s2 = AddProducts(s2, w2, i, even, odd, next + (2 * PairBytes));
                s3 = AddProducts(s3, w3, i, even, odd, next + (3 * PairBytes));
                s4 = AddProducts(s4, w4, i, even, odd, next + (4 * PairBytes));
                s5 = AddProducts(s5, w5, i, even, odd, next + (5 * PairBytes));
                s6 = AddProducts(s6, w6, i, even, odd, next + (6 * PairBytes));
                s7 = AddProducts(s7, w7, i, even, odd, next + (7 * PairBytes));
            }

            Store(TSimd.Sum(s0, s1, s2, s3), y + output, end - output);
            Store(TSimd.Sum(s4, s5, s6, s7), y + output + TileOutputs, end - output - TileOutputs);
        }
    }

    /// <summary>All outputs of rows that stay in the cache. The rows share the work of asking for the weights of the next tile.</summary>
    private void MultiplyBlock(float* x, nint xStride, int rows, float* y, nint yStride, int first, int end)
    {
        // Two lines at a time are asked for, one in either half of what a tile of rows asks for.
        var tiles = (rows + 3) / 4;
        var half = TileOutputs * RowBytes / (2 * tiles);
        for (var output = first; output < end; output += TileOutputs)
        {
            var row = 0;
            var next = Row(output, end) + (TileOutputs * RowBytes);
            if (TSimd.HasManyRegisters)
            {
                for (; rows - row > 2; row += 4, next += 2 * half)
                {
                    MultiplyFourRows(x + (row * xStride), xStride, rows - row, y + (row * yStride), yStride, output, end, next, half);
                }
            }

            for (; row < rows; row += 2, next += 2 * half)
            {
                MultiplyTwoRows(x + (row * xStride), xStride, rows - row, y + (row * yStride), yStride, output, end, next, half);
            }
        }
    }

    /// <summary>A tile of four rows and four outputs. Where there are fewer rows the last one is computed again.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void MultiplyFourRows(float* x, nint xStride, int rows, float* y, nint yStride, int output, int end, byte* next, nint half)
    {
        nint length = PaddedInputs;
        nint last = rows > 3 ? 3 : 2;
        var step = half * TSimd.Count / length;
        float* x1 = x + xStride, x2 = x1 + xStride, x3 = x + (last * xStride);
        byte* w0 = Row(output, end), w1 = Row(output + 1, end), w2 = Row(output + 2, end), w3 = Row(output + 3, end);
        TVector a0 = default, a1 = default, a2 = default, a3 = default, b0 = default, b1 = default, b2 = default, b3 = default;
        TVector c0 = default, c1 = default, c2 = default, c3 = default, d0 = default, d1 = default, d2 = default, d3 = default;
        for (nint i = 0; i < length; i += TSimd.Count, next += step)
        {
            Prefetch.ToSecondLevel(next);
            Prefetch.ToSecondLevel(next + half);
            TVector v0 = Load(w0, i), v1 = Load(w1, i), v2 = Load(w2, i), v3 = Load(w3, i);
            var input = TSimd.Load(x + i);
            a0 = TSimd.MultiplyAdd(v0, input, a0);
            a1 = TSimd.MultiplyAdd(v1, input, a1);
            a2 = TSimd.MultiplyAdd(v2, input, a2);
            a3 = TSimd.MultiplyAdd(v3, input, a3);
            input = TSimd.Load(x1 + i);
            b0 = TSimd.MultiplyAdd(v0, input, b0);
            b1 = TSimd.MultiplyAdd(v1, input, b1);
            b2 = TSimd.MultiplyAdd(v2, input, b2);
            b3 = TSimd.MultiplyAdd(v3, input, b3);
            input = TSimd.Load(x2 + i);
            c0 = TSimd.MultiplyAdd(v0, input, c0);
            c1 = TSimd.MultiplyAdd(v1, input, c1);
            c2 = TSimd.MultiplyAdd(v2, input, c2);
            c3 = TSimd.MultiplyAdd(v3, input, c3);
            input = TSimd.Load(x3 + i);
            d0 = TSimd.MultiplyAdd(v0, input, d0);
            d1 = TSimd.MultiplyAdd(v1, input, d1);
            d2 = TSimd.MultiplyAdd(v2, input, d2);
            d3 = TSimd.MultiplyAdd(v3, input, d3);
        }

        y += output;
        Store(TSimd.Sum(a0, a1, a2, a3), y, end - output);
        Store(TSimd.Sum(b0, b1, b2, b3), y + yStride, end - output);
        Store(TSimd.Sum(c0, c1, c2, c3), y + (2 * yStride), end - output);
        Store(TSimd.Sum(d0, d1, d2, d3), y + (last * yStride), end - output);
    }

    /// <summary>A tile of two rows and four outputs. Where there is one row it is computed twice.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void MultiplyTwoRows(float* x, nint xStride, int rows, float* y, nint yStride, int output, int end, byte* next, nint half)
    {
        nint length = PaddedInputs;
        nint last = rows > 1 ? 1 : 0;
        var step = half * TSimd.Count / length;
        var x1 = x + (last * xStride);
        byte* w0 = Row(output, end), w1 = Row(output + 1, end), w2 = Row(output + 2, end), w3 = Row(output + 3, end);
        TVector a0 = default, a1 = default, a2 = default, a3 = default, b0 = default, b1 = default, b2 = default, b3 = default;
        for (nint i = 0; i < length; i += TSimd.Count, next += step)
        {
            Prefetch.ToSecondLevel(next);
            Prefetch.ToSecondLevel(next + half);
            TVector v0 = Load(w0, i), v1 = Load(w1, i), v2 = Load(w2, i), v3 = Load(w3, i);
            var input = TSimd.Load(x + i);
            a0 = TSimd.MultiplyAdd(v0, input, a0);
            a1 = TSimd.MultiplyAdd(v1, input, a1);
            a2 = TSimd.MultiplyAdd(v2, input, a2);
            a3 = TSimd.MultiplyAdd(v3, input, a3);
            input = TSimd.Load(x1 + i);
            b0 = TSimd.MultiplyAdd(v0, input, b0);
            b1 = TSimd.MultiplyAdd(v1, input, b1);
            b2 = TSimd.MultiplyAdd(v2, input, b2);
            b3 = TSimd.MultiplyAdd(v3, input, b3);
        }

        y += output;
        Store(TSimd.Sum(a0, a1, a2, a3), y, end - output);
        Store(TSimd.Sum(b0, b1, b2, b3), y + (last * yStride), end - output);
    }

    /// <summary>The weights of an output, or of the last one where a tile reaches beyond it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private byte* Row(int output, int end) => Weights + (Math.Min(output, end - 1) * RowBytes);
}
