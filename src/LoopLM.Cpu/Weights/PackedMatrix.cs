using System.Runtime.CompilerServices;
using LoopLM.Checkpoints.Packing;
using LoopLM.Cpu.Memory;
using LoopLM.Cpu.Simd;

namespace LoopLM.Cpu.Weights;

/// <summary>Integers in tiles of outputs (see <see cref="PackedLayout"/>), multiplied by quantised rows.</summary>
/// <remarks>
/// The sum of a group's products is an integer, so it is exact in any order. The groups of a (row, output) are added up in rising order, in float32.
/// A lane of a vector is an output.
/// </remarks>
internal sealed unsafe class PackedMatrix<TSimd, TVector, TCodes>(PackedLayout layout, byte* weights) : WeightMatrix
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
    where TCodes : struct, IPackedCodes
{
    private const int TileRows = 4;

    // The rows of a block stay in the second-level cache while the weights pass by.
    private const int BlockBytes = 512 << 10;

    private readonly int _length = layout.PaddedInputs;
    private readonly int _group = layout.Group;
    private readonly nint _tileBytes = (nint)layout.TileBytes;

    private static nint StepInputs
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TCodes.AreHalves ? 8 : 4;
    }

    /// <inheritdoc/>
    public override void Multiply(InputRows inputs, int rows, float* outputs, nint outputStride, int first, int end)
    {
        var vectors = rows == 1 ? 4 : 2;
        var ahead = Math.Max(1, TSimd.Count * vectors / PackedLayout.TileOutputs) * _tileBytes;
        var blockRows = Math.Max(TileRows, BlockBytes / _length / TileRows * TileRows);
        for (var row = 0; row < rows; row += blockRows)
        {
            var blockEnd = Math.Min(rows, row + blockRows);
            for (var output = first / PackedLayout.TileOutputs * PackedLayout.TileOutputs; output < end; output += vectors * TSimd.Count)
            {
                if (rows == 1)
                {
                    MultiplyRow(inputs, outputs, output, first, end, ahead);
                    continue;
                }

                for (var tile = row; tile < blockEnd; tile += TileRows)
                {
                    MultiplyRows(inputs, tile, Math.Min(TileRows, blockEnd - tile), outputs, outputStride, output, first, end, tile == row ? ahead : 0);
                }
            }
        }
    }

    /// <summary>Copies the results of neighbouring vectors of outputs, those of them that are asked for.</summary>
    /// <param name="results">The results, vector after vector.</param>
    /// <param name="vectors">How many vectors.</param>
    /// <param name="row">A row at output 0.</param>
    /// <param name="output">The output of the first result.</param>
    /// <param name="first">The first output that is asked for.</param>
    /// <param name="end">Behind the last one.</param>
    private static void Store(float* results, int vectors, float* row, int output, int first, int end)
    {
        var (from, to) = (Math.Max(first, output), Math.Min(end, output + (vectors * TSimd.Count)));
        if (from < to)
        {
            new ReadOnlySpan<float>(results + (from - output), to - from).CopyTo(new(row + from, to - from));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Load(byte* source) => TSimd.Load((float*)source);

    /// <summary>Four codes of a row, for all lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Factors(sbyte* codes) => TSimd.Broadcast(*(float*)codes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Offset(int* offset) => TSimd.Broadcast(*(float*)offset);

    /// <summary>sums + products * scales of weights * scale of the row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector AddGroup(TVector sums, TVector products, TVector weightScales, TVector rowScale) =>
        TSimd.MultiplyAdd(TSimd.Multiply(TSimd.ToSingle(products), weightScales), rowScale, sums);

    /// <summary>The part of a tile that holds a vector of outputs; that of the last output where there is none.</summary>
    private byte* Vector(int output)
    {
        output = Math.Min(output, (layout.Tiles * PackedLayout.TileOutputs) - TSimd.Count);
        var (tile, lane) = Math.DivRem(output, PackedLayout.TileOutputs);
        return weights + (tile * _tileBytes) + (lane * sizeof(float));
    }

    /// <summary>One row and four vectors of outputs. With every line of their tiles, that of the tiles that come next is asked for.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void MultiplyRow(InputRows inputs, float* outputs, int output, int first, int end, nint ahead)
    {
        byte* w0 = Vector(output), w1 = Vector(output + TSimd.Count), w2 = Vector(output + (2 * TSimd.Count)), w3 = Vector(output + (3 * TSimd.Count));
        var x = inputs.Codes(0);
        var scales = inputs.Scales(0);
        var offsets = inputs.Offsets(0);
        TVector sumA = default, sumB = default, sumC = default, sumD = default;
        for (var group = 0; group < _length; group += _group)
        {
            byte* s0 = w0, s1 = w1, s2 = w2, s3 = w3;
            w0 += PackedLayout.ScaleBytes;
            w1 += PackedLayout.ScaleBytes;
            w2 += PackedLayout.ScaleBytes;
            w3 += PackedLayout.ScaleBytes;
            var stop = x + Math.Min(_group, _length - group);
            TVector a = Offset(offsets++), b = a, c = a, d = a;
            for (; x < stop; x += StepInputs)
            {
                Prefetch.ToSecondLevel(w0 + ahead);
                if (TSimd.Count >= PackedLayout.TileOutputs / 2)
                {
                    Prefetch.ToSecondLevel(w2 + ahead);
                }

                if (TSimd.Count == PackedLayout.TileOutputs)
                {
                    Prefetch.ToSecondLevel(w1 + ahead);
                    Prefetch.ToSecondLevel(w3 + ahead);
                }

                TVector v0 = Load(w0), v1 = Load(w1), v2 = Load(w2), v3 = Load(w3);
                var factors = Factors(x);
                if (TCodes.AreHalves)
                {
                    a = TSimd.AddProducts(a, TSimd.LowerHalves(v0), factors);
                    b = TSimd.AddProducts(b, TSimd.LowerHalves(v1), factors);
                    c = TSimd.AddProducts(c, TSimd.LowerHalves(v2), factors);
                    d = TSimd.AddProducts(d, TSimd.LowerHalves(v3), factors);
                    (v0, v1, v2, v3) = (TSimd.UpperHalves(v0), TSimd.UpperHalves(v1), TSimd.UpperHalves(v2), TSimd.UpperHalves(v3));
                    factors = Factors(x + 4);
                }

                a = TSimd.AddProducts(a, v0, factors);
                b = TSimd.AddProducts(b, v1, factors);
                c = TSimd.AddProducts(c, v2, factors);
                d = TSimd.AddProducts(d, v3, factors);
                w0 += PackedLayout.StepBytes;
                w1 += PackedLayout.StepBytes;
                w2 += PackedLayout.StepBytes;
                w3 += PackedLayout.StepBytes;
            }

            var scale = TSimd.Broadcast(*scales++);
            sumA = AddGroup(sumA, a, Load(s0), scale);
            sumB = AddGroup(sumB, b, Load(s1), scale);
            sumC = AddGroup(sumC, c, Load(s2), scale);
            sumD = AddGroup(sumD, d, Load(s3), scale);
        }

        var results = stackalloc float[4 * TSimd.Count];
        TSimd.Store(sumA, results);
        TSimd.Store(sumB, results + TSimd.Count);
        TSimd.Store(sumC, results + (2 * TSimd.Count));
        TSimd.Store(sumD, results + (3 * TSimd.Count));
        Store(results, 4, outputs, output, first, end);
    }

    /// <summary>Four rows and two vectors of outputs. Where there are fewer rows the last one is computed again. The first rows ask for the tiles that come next.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void MultiplyRows(InputRows inputs, int row, int rows, float* outputs, nint outputStride, int output, int first, int end, nint ahead)
    {
        byte* w0 = Vector(output), w1 = Vector(output + TSimd.Count);
        nint r1 = Math.Min(1, rows - 1), r2 = Math.Min(2, rows - 1), r3 = Math.Min(3, rows - 1);
        nint x1 = r1 * _length, x2 = r2 * _length, x3 = r3 * _length;
        nint g1 = r1 * inputs.Groups, g2 = r2 * inputs.Groups, g3 = r3 * inputs.Groups;
        var x = inputs.Codes(row);
        var scales = inputs.Scales(row);
        var offsets = inputs.Offsets(row);
        TVector sumA0 = default, sumA1 = default, sumB0 = default, sumB1 = default, sumC0 = default, sumC1 = default, sumD0 = default, sumD1 = default;
        for (var group = 0; group < _length; group += _group, scales++, offsets++)
        {
            byte* s0 = w0, s1 = w1;
            w0 += PackedLayout.ScaleBytes;
            w1 += PackedLayout.ScaleBytes;
            var stop = x + Math.Min(_group, _length - group);
            TVector a0 = Offset(offsets), b0 = Offset(offsets + g1), c0 = Offset(offsets + g2), d0 = Offset(offsets + g3);
            TVector a1 = a0, b1 = b0, c1 = c0, d1 = d0;
            for (; x < stop; x += StepInputs)
            {
                Prefetch.ToSecondLevel(w0 + ahead);
                if (TSimd.Count == PackedLayout.TileOutputs)
                {
                    Prefetch.ToSecondLevel(w1 + ahead);
                }

                TVector v0 = Load(w0), v1 = Load(w1);
                if (TCodes.AreHalves)
                {
                    TVector lower0 = TSimd.LowerHalves(v0), lower1 = TSimd.LowerHalves(v1);
                    AddProducts(ref a0, ref a1, lower0, lower1, x);
                    AddProducts(ref b0, ref b1, lower0, lower1, x + x1);
                    AddProducts(ref c0, ref c1, lower0, lower1, x + x2);
                    AddProducts(ref d0, ref d1, lower0, lower1, x + x3);
                    (v0, v1) = (TSimd.UpperHalves(v0), TSimd.UpperHalves(v1));
                }

                var last = TCodes.AreHalves ? x + 4 : x;
                AddProducts(ref a0, ref a1, v0, v1, last);
                AddProducts(ref b0, ref b1, v0, v1, last + x1);
                AddProducts(ref c0, ref c1, v0, v1, last + x2);
                AddProducts(ref d0, ref d1, v0, v1, last + x3);
                w0 += PackedLayout.StepBytes;
                w1 += PackedLayout.StepBytes;
            }

            TVector scale0 = Load(s0), scale1 = Load(s1);
            var scale = TSimd.Broadcast(scales[0]);
            sumA0 = AddGroup(sumA0, a0, scale0, scale);
            sumA1 = AddGroup(sumA1, a1, scale1, scale);
            scale = TSimd.Broadcast(scales[g1]);
            sumB0 = AddGroup(sumB0, b0, scale0, scale);
            sumB1 = AddGroup(sumB1, b1, scale1, scale);
            scale = TSimd.Broadcast(scales[g2]);
            sumC0 = AddGroup(sumC0, c0, scale0, scale);
            sumC1 = AddGroup(sumC1, c1, scale1, scale);
            scale = TSimd.Broadcast(scales[g3]);
            sumD0 = AddGroup(sumD0, d0, scale0, scale);
            sumD1 = AddGroup(sumD1, d1, scale1, scale);
        }

        var results = stackalloc float[8 * TSimd.Count];
        TSimd.Store(sumA0, results);
        TSimd.Store(sumA1, results + TSimd.Count);
        TSimd.Store(sumB0, results + (2 * TSimd.Count));
        TSimd.Store(sumB1, results + (3 * TSimd.Count));
        TSimd.Store(sumC0, results + (4 * TSimd.Count));
        TSimd.Store(sumC1, results + (5 * TSimd.Count));
        TSimd.Store(sumD0, results + (6 * TSimd.Count));
        TSimd.Store(sumD1, results + (7 * TSimd.Count));
        for (var i = 0; i < rows; i++)
        {
            Store(results + (2 * i * TSimd.Count), 2, outputs + ((row + i) * outputStride), output, first, end);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddProducts(ref TVector sum0, ref TVector sum1, TVector codes0, TVector codes1, sbyte* x)
    {
        var factors = Factors(x);
        sum0 = TSimd.AddProducts(sum0, codes0, factors);
        sum1 = TSimd.AddProducts(sum1, codes1, factors);
    }
}
