using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using LoopLM.Cpu.Memory;
using LoopLM.Cpu.Simd;

namespace LoopLM.Cpu.Kernels;

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
    // Outputs that are summed together, and of a vector of results.
    private const int TileOutputs = 4;

    // While all weights pass by, the inputs of a block of rows stay in the second- or third-level cache.
    private const int BlockFloats = 256 << 10;

    // Weights that tiles share: they stay in the second-level cache while the rows pass by.
    private const int PanelOutputs = 16;

    // Inputs of a tile that stay in the first-level cache while the weights of a panel pass by.
    private const int ChunkInputs = 512;

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
    public override void Multiply(QuantizedActivations inputs, int rows, float* outputs, nint outputStride, int first, int end)
    {
        if (rows == 1)
        {
            MultiplyRow(inputs.Ordered(0), outputs, first, end);
            return;
        }

        var blockRows = BlockRows(BlockFloats, PaddedInputs, IRowTile.Six.Rows);
        for (var row = 0; row < rows; row += blockRows)
        {
            var count = Math.Min(blockRows, rows - row);
            var y = outputs + (row * outputStride);
            if (count <= 2)
            {
                MultiplyTwoRows(inputs.Ordered(row), inputs.Stride, count, y, outputStride, first, end);
            }
            else
            {
                MultiplyRows(inputs.Ordered(row), inputs.Stride, count, y, outputStride, first, end);
            }
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
    private static TVector LoadFirst(byte* weights, nint offset) =>
        TElements.LoadFirst<TSimd, TVector>(weights + (offset * TElements.Size));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector LoadSecond(byte* weights, nint offset) =>
        TElements.LoadSecond<TSimd, TVector>(weights + (offset * TElements.Size));

    /// <summary>Requests two vectors of weights.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PrefetchPair(byte* weights)
    {
        Prefetch.ToSecondLevel(weights);
        if (PairBytes > Prefetch.Line)
        {
            Prefetch.ToSecondLevel(weights + Prefetch.Line);
        }
    }

    /// <summary>Adds the products of two vectors of an output, one after the other, and requests as many weights that come next.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector AddProducts(TVector sum, byte* weights, nint offset, TVector first, TVector second, byte* next)
    {
        PrefetchPair(next);
        sum = TSimd.MultiplyAdd(LoadFirst(weights, offset), first, sum);
        return TSimd.MultiplyAdd(LoadSecond(weights, offset), second, sum);
    }

    /// <summary>The products of a vector of a row with four outputs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddProducts(
        ref TVector sum0, ref TVector sum1, ref TVector sum2, ref TVector sum3,
        TVector weights0, TVector weights1, TVector weights2, TVector weights3, float* x)
    {
        var input = TSimd.Load(x);
        sum0 = TSimd.MultiplyAdd(weights0, input, sum0);
        sum1 = TSimd.MultiplyAdd(weights1, input, sum1);
        sum2 = TSimd.MultiplyAdd(weights2, input, sum2);
        sum3 = TSimd.MultiplyAdd(weights3, input, sum3);
    }

    /// <summary>The products of a vector of a row with two outputs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddProducts(ref TVector sum0, ref TVector sum1, TVector weights0, TVector weights1, float* x)
    {
        var input = TSimd.Load(x);
        sum0 = TSimd.MultiplyAdd(weights0, input, sum0);
        sum1 = TSimd.MultiplyAdd(weights1, input, sum1);
    }

    /// <summary>The sums of two outputs of a row of a tile.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void LoadSums(float* sums, nint row, out TVector sum0, out TVector sum1)
    {
        sums += row * PanelOutputs * TSimd.Count;
        (sum0, sum1) = (TSimd.Load(sums), TSimd.Load(sums + TSimd.Count));
    }

    /// <summary>Keeps the sums of two outputs of a row of a tile.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreSums(float* sums, nint row, TVector sum0, TVector sum1)
    {
        sums += row * PanelOutputs * TSimd.Count;
        TSimd.Store(sum0, sums);
        TSimd.Store(sum1, sums + TSimd.Count);
    }

    /// <summary>The results of a panel for one half of a tile's rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void StoreHalf(float* sums, int rows, float* y, nint yStride, int first, int end)
    {
        for (nint row = 0; row < rows; row++, y += yStride)
        {
            var s = sums;
            for (var output = first; output < end; output += TileOutputs, s += TileOutputs * TSimd.Count)
            {
                LoadSums(s, row, out var sum0, out var sum1);
                LoadSums(s + (2 * TSimd.Count), row, out var sum2, out var sum3);
                Store(TSimd.Sum(sum0, sum1, sum2, sum3), y + output, end - output);
            }
        }
    }

    /// <summary>
    /// One row and eight outputs at a time. The eight that come next are requested in the order in which they lie in memory.
    /// </summary>
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
                TVector x0 = TSimd.Load(x + i), x1 = TSimd.Load(x + i + TSimd.Count);
                s0 = AddProducts(s0, w0, i, x0, x1, next);
                s1 = AddProducts(s1, w1, i, x0, x1, next + PairBytes);
                s2 = AddProducts(s2, w2, i, x0, x1, next + (2 * PairBytes));
                s3 = AddProducts(s3, w3, i, x0, x1, next + (3 * PairBytes));
                s4 = AddProducts(s4, w4, i, x0, x1, next + (4 * PairBytes));
                s5 = AddProducts(s5, w5, i, x0, x1, next + (5 * PairBytes));
                s6 = AddProducts(s6, w6, i, x0, x1, next + (6 * PairBytes));
                s7 = AddProducts(s7, w7, i, x0, x1, next + (7 * PairBytes));
            }

            Store(TSimd.Sum(s0, s1, s2, s3), y + output, end - output);
            Store(TSimd.Sum(s4, s5, s6, s7), y + output + TileOutputs, end - output - TileOutputs);
        }
    }

    /// <summary>Two rows and four outputs at a time. Where there is one row it is computed twice.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void MultiplyTwoRows(float* x, nint xStride, int rows, float* y, nint yStride, int first, int end)
    {
        nint length = PaddedInputs, second = rows - 1;

        // Lines of either half of the next four outputs are requested in turn.
        var half = 2 * RowBytes;
        for (var output = first; output < end; output += TileOutputs)
        {
            byte* w0 = Row(output, end), w1 = Row(output + 1, end), w2 = Row(output + 2, end), w3 = Row(output + 3, end);
            TVector a0 = default, a1 = default, a2 = default, a3 = default, b0 = default, b1 = default, b2 = default, b3 = default;
            float* upper = x, lower = x + (second * xStride);
            var next = w0 + (TileOutputs * RowBytes);
            for (nint i = 0; i < length; i += 2 * TSimd.Count, upper += 2 * TSimd.Count, lower += 2 * TSimd.Count, next += 2 * PairBytes)
            {
                PrefetchPair(next);
                PrefetchPair(next + half);
                TVector v0 = LoadFirst(w0, i), v1 = LoadFirst(w1, i), v2 = LoadFirst(w2, i), v3 = LoadFirst(w3, i);
                AddProducts(ref a0, ref a1, ref a2, ref a3, v0, v1, v2, v3, upper);
                AddProducts(ref b0, ref b1, ref b2, ref b3, v0, v1, v2, v3, lower);

                PrefetchPair(next + PairBytes);
                PrefetchPair(next + PairBytes + half);
                v0 = LoadSecond(w0, i);
                v1 = LoadSecond(w1, i);
                v2 = LoadSecond(w2, i);
                v3 = LoadSecond(w3, i);
                AddProducts(ref a0, ref a1, ref a2, ref a3, v0, v1, v2, v3, upper + TSimd.Count);
                AddProducts(ref b0, ref b1, ref b2, ref b3, v0, v1, v2, v3, lower + TSimd.Count);
            }

            Store(TSimd.Sum(a0, a1, a2, a3), y + output, end - output);
            Store(TSimd.Sum(b0, b1, b2, b3), y + (second * yStride) + output, end - output);
        }
    }

    /// <summary>
    /// Three or more rows, in tiles of six or four rows and two outputs, panel by panel: many rows share the work of widening a weight.
    /// </summary>
    private void MultiplyRows(float* x, nint xStride, int rows, float* y, nint yStride, int first, int end)
    {
        // The tiles of rows share the work of requesting the next panel.
        var tiles = (rows + IRowTile.Six.Rows - 1) / IRowTile.Six.Rows;
        var bytes = PanelOutputs * RowBytes / tiles;
        for (var output = first; output < end; output += PanelOutputs)
        {
            var panelEnd = Math.Min(end, output + PanelOutputs);
            var next = Row(output, end) + (PanelOutputs * RowBytes);
            for (var row = 0; row < rows; next += bytes)
            {
                // Seven and eight rows are less work in two tiles of four, and no tile is left with fewer than three.
                var left = rows - row;
                if (left is > 8 or 5 or 6)
                {
                    MultiplyTile<IRowTile.Six>(
                        x + (row * xStride), xStride, left, y + (row * yStride), yStride, output, panelEnd, next, bytes);
                    row += IRowTile.Six.Rows;
                }
                else
                {
                    MultiplyTile<IRowTile.Four>(
                        x + (row * xStride), xStride, left, y + (row * yStride), yStride, output, panelEnd, next, bytes);
                    row += IRowTile.Four.Rows;
                }
            }
        }
    }

    /// <summary>
    /// A tile of some rows and a panel of weights, two outputs at a time. Where a row is missing,
    /// the halves of the tile have one in common.
    /// </summary>
    /// <remarks>Chunk by chunk of the inputs; the sums of the panel wait in memory for the next one.</remarks>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void MultiplyTile<TTile>(float* x, nint xStride, int rows, float* y, nint yStride, int first, int end, byte* next, nint bytes)
        where TTile : struct, IRowTile
    {
        nint length = PaddedInputs;
        nint lowerHalf = Math.Min(rows, TTile.Rows) - (TTile.Rows / 2);
        var step = bytes * 2 * TSimd.Count / (PanelOutputs * length);
        var room = stackalloc byte[(IRowTile.Six.Rows * PanelOutputs * TSimd.Count * sizeof(float)) + Prefetch.Line];
        var sums = Prefetch.AlignToLine(room);
        for (nint start = 0; start < length; start += ChunkInputs)
        {
            var stop = Math.Min(start + ChunkInputs, length);
            var s = sums;
            for (var output = first; output < end; output += 2, s += 2 * TSimd.Count)
            {
                TVector a0 = default, a1 = default, b0 = default, b1 = default, c0 = default, c1 = default;
                TVector d0 = default, d1 = default, e0 = default, e1 = default, f0 = default, f1 = default;
                if (start > 0)
                {
                    LoadSums(s, 0, out a0, out a1);
                    LoadSums(s, 1, out b0, out b1);
                    LoadSums(s, 2, out c0, out c1);
                    LoadSums(s, 3, out d0, out d1);
                    LoadSums(s, 4, out e0, out e1);
                    LoadSums(s, 5, out f0, out f1);
                }

                byte* w0 = Row(output, end), w1 = Row(output + 1, end);
                float* upper = x + start, lower = upper + (lowerHalf * xStride);
                for (var i = start; i < stop; i += 2 * TSimd.Count, upper += 2 * TSimd.Count, lower += 2 * TSimd.Count, next += 2 * step)
                {
                    PrefetchPair(next);
                    TVector v0 = LoadFirst(w0, i), v1 = LoadFirst(w1, i);
                    AddProducts(ref a0, ref a1, v0, v1, upper);
                    AddProducts(ref b0, ref b1, v0, v1, upper + xStride);
                    if (TTile.Rows > 4)
                    {
                        AddProducts(ref c0, ref c1, v0, v1, upper + (2 * xStride));
                    }

                    AddProducts(ref d0, ref d1, v0, v1, lower);
                    AddProducts(ref e0, ref e1, v0, v1, lower + xStride);
                    if (TTile.Rows > 4)
                    {
                        AddProducts(ref f0, ref f1, v0, v1, lower + (2 * xStride));
                    }

                    PrefetchPair(next + step);
                    v0 = LoadSecond(w0, i);
                    v1 = LoadSecond(w1, i);
                    AddProducts(ref a0, ref a1, v0, v1, upper + TSimd.Count);
                    AddProducts(ref b0, ref b1, v0, v1, upper + xStride + TSimd.Count);
                    if (TTile.Rows > 4)
                    {
                        AddProducts(ref c0, ref c1, v0, v1, upper + (2 * xStride) + TSimd.Count);
                    }

                    AddProducts(ref d0, ref d1, v0, v1, lower + TSimd.Count);
                    AddProducts(ref e0, ref e1, v0, v1, lower + xStride + TSimd.Count);
                    if (TTile.Rows > 4)
                    {
                        AddProducts(ref f0, ref f1, v0, v1, lower + (2 * xStride) + TSimd.Count);
                    }
                }

                StoreSums(s, 0, a0, a1);
                StoreSums(s, 1, b0, b1);
                StoreSums(s, 2, c0, c1);
                StoreSums(s, 3, d0, d1);
                StoreSums(s, 4, e0, e1);
                StoreSums(s, 5, f0, f1);
            }
        }

        StoreHalf(sums, TTile.Rows / 2, y, yStride, first, end);
        StoreHalf(sums + (3 * PanelOutputs * TSimd.Count), TTile.Rows / 2, y + (lowerHalf * yStride), yStride, first, end);
    }

    /// <summary>The weights of an output, or of the last one where a tile reaches beyond it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private byte* Row(int output, int end) => Weights + (Math.Min(output, end - 1) * RowBytes);
}
