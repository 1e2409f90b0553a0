using System.Runtime.CompilerServices;
using LoopLM.Checkpoints.Packing;
using LoopLM.Cpu.Formats;
using LoopLM.Cpu.Memory;
using LoopLM.Cpu.Simd;

namespace LoopLM.Cpu.Kernels;

/// <summary>Packed weights that vectors of an instruction set multiply.</summary>
internal sealed unsafe class VectorPackedMatrix<TSimd, TVector, TCodes>(PackedLayout layout, byte* weights) : PackedMatrix(layout, weights)
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
    where TCodes : struct, IPackedCodes
{
    // Bytes of a row that a step takes.
    private const int RowBytes = 8;

    // Bytes between what is multiplied by one row and what is requested: more than arrive while memory answers.
    private const int Ahead = 2048;

    private readonly int _group = layout.Group;

    /// <summary>Vectors of outputs in a tile of weights.</summary>
    private static int TileVectors
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => PackedLayout.TileOutputs / TSimd.Count;
    }

    /// <inheritdoc/>
    public override void Multiply(QuantizedActivations inputs, int rows, float* outputs, nint outputStride, int first, int end)
    {
        if (rows == 1)
        {
            for (var output = first / PackedLayout.TileOutputs * PackedLayout.TileOutputs; output < end; output += PackedLayout.TileOutputs)
            {
                MultiplyRow(inputs, outputs, output, first, end);
            }

            return;
        }

        var blockRows = BlockRows(IRowTile.Six.Rows);
        for (var row = 0; row < rows; row += blockRows)
        {
            var blockEnd = Math.Min(rows, row + blockRows);
            for (var output = first / PackedLayout.TileOutputs * PackedLayout.TileOutputs; output < end; output += 2 * TSimd.Count)
            {
                MultiplyBlock(inputs, row, blockEnd, outputs, outputStride, output, first, end);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Load(byte* source) => TSimd.Load((float*)source);

    /// <summary>A row as it is multiplied.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static sbyte* Codes(QuantizedActivations inputs, int row) =>
        TCodes.RowCodeBytes == sizeof(sbyte) ? inputs.Codes(row) : (sbyte*)inputs.WidenedCodes(row);

    /// <summary>Four bytes of a row, for all lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Factors(sbyte* codes) => TSimd.Broadcast(*(float*)codes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Offset(int* offset) => TSimd.Broadcast(*(float*)offset);

    /// <summary>results + (products + offset) * scales of weights * scale of the row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector AddGroup(TVector results, TVector products, TVector offset, TVector weightScales, TVector rowScale) =>
        TSimd.MultiplyAdd(TSimd.Multiply(TSimd.ToSingle(TSimd.AddIntegers(products, offset)), weightScales), rowScale, results);

    /// <summary>Adds a group to both vectors of a row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddGroups(float* results, TVector sums0, TVector sums1, int* offset, float* scale, byte* scales0, byte* scales1)
    {
        TVector zero = Offset(offset), rowScale = TSimd.Broadcast(*scale);
        TSimd.Store(AddGroup(TSimd.Load(results), Widen(sums0), zero, Load(scales0), rowScale), results);
        TSimd.Store(AddGroup(TSimd.Load(results + TSimd.Count), Widen(sums1), zero, Load(scales1), rowScale), results + TSimd.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Widen(TVector sums) => TCodes.Widen<TSimd, TVector>(sums);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Widen(TVector even, TVector odd) => TSimd.AddIntegers(Widen(even), Widen(odd));

    /// <summary>Both vectors of a row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddProducts(ref TVector sums0, ref TVector sums1, TVector codes0, TVector codes1, sbyte* x)
    {
        var factors = Factors(x);
        TCodes.AddProducts<TSimd, TVector>(ref sums0, ref sums1, codes0, codes1, factors, factors);
    }

    /// <summary>One vector of a row's outputs, for eight inputs. Two sums, so that fewer additions wait for one another.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddProducts(ref TVector even, ref TVector odd, byte* codes, TVector first, TVector last) =>
        TCodes.AddProducts<TSimd, TVector>(
            ref even, ref odd, TCodes.LoadFirst<TSimd, TVector>(codes), TCodes.LoadLast<TSimd, TVector>(codes), first, last);

    /// <summary>One row and one tile of weights, so that a thread reads its weights from end to end.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void MultiplyRow(QuantizedActivations inputs, float* outputs, int output, int first, int end)
    {
        nint vector = TSimd.Count * sizeof(float);
        var w = Tile(output);
        var x = Codes(inputs, 0);
        var scales = inputs.Scales(0);
        var offsets = inputs.Offsets(0);
        TVector sumA = default, sumB = default, sumC = default, sumD = default;
        for (var group = 0; group < Length; group += _group)
        {
            Prefetch.ToSecondLevel(w + Ahead);
            var weightScales = w;
            w += PackedLayout.ScaleBytes;
            var stop = x + (Math.Min(_group, Length - group) * TCodes.RowCodeBytes);
            TVector a0 = default, a1 = default, b0 = default, b1 = default, c0 = default, c1 = default, d0 = default, d1 = default;
            for (; x < stop; x += RowBytes, w += TCodes.Bytes)
            {
                Prefetch.ToSecondLevel(w + Ahead);
                if (TCodes.Bytes > Prefetch.Line)
                {
                    Prefetch.ToSecondLevel(w + Ahead + Prefetch.Line);
                }

                TVector even = Factors(x), odd = Factors(x + 4);
                AddProducts(ref a0, ref a1, w, even, odd);
                if (TileVectors > 1)
                {
                    AddProducts(ref b0, ref b1, w + vector, even, odd);
                }

                if (TileVectors > 2)
                {
                    AddProducts(ref c0, ref c1, w + (2 * vector), even, odd);
                    AddProducts(ref d0, ref d1, w + (3 * vector), even, odd);
                }
            }

            TVector rowScale = TSimd.Broadcast(*scales++), offset = Offset(offsets++);
            sumA = AddGroup(sumA, Widen(a0, a1), offset, Load(weightScales), rowScale);
            if (TileVectors > 1)
            {
                sumB = AddGroup(sumB, Widen(b0, b1), offset, Load(weightScales + vector), rowScale);
            }

            if (TileVectors > 2)
            {
                sumC = AddGroup(sumC, Widen(c0, c1), offset, Load(weightScales + (2 * vector)), rowScale);
                sumD = AddGroup(sumD, Widen(d0, d1), offset, Load(weightScales + (3 * vector)), rowScale);
            }
        }

        var results = stackalloc float[4 * TSimd.Count];
        TSimd.Store(sumA, results);
        TSimd.Store(sumB, results + TSimd.Count);
        TSimd.Store(sumC, results + (2 * TSimd.Count));
        TSimd.Store(sumD, results + (3 * TSimd.Count));
        Store(results, TileVectors * TSimd.Count, outputs, output, first, end);
    }

    /// <summary>Two vectors of outputs for some rows, which share the work of requesting the weights of the next two.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void MultiplyBlock(
        QuantizedActivations inputs, int row, int blockEnd, float* outputs, nint outputStride, int output, int first, int end)
    {
        var bytes = Math.Max(1, 2 / TileVectors) * TileBytes;
        var next = Tile(output) + bytes;
        var linesOfRow = (float)bytes / (Prefetch.Line * inputs.Groups * (blockEnd - row));
        while (row < blockEnd)
        {
            var left = blockEnd - row;
            var tileRows = left switch
            {
                <= 2 => 2,
                <= 4 or 7 or 8 => 4,
                _ => IRowTile.Six.Rows,
            };
            var rows = Math.Min(left, tileRows);
            var lines = (int)MathF.Ceiling(linesOfRow * rows);
            switch (tileRows)
            {
                case 2:
                    MultiplyRows<IRowTile.Two>(inputs, row, rows, outputs, outputStride, output, first, end, next, lines);
                    break;
                case 4:
                    MultiplyRows<IRowTile.Four>(inputs, row, rows, outputs, outputStride, output, first, end, next, lines);
                    break;
                default:
                    MultiplyRows<IRowTile.Six>(inputs, row, rows, outputs, outputStride, output, first, end, next, lines);
                    break;
            }

            next += lines * inputs.Groups * Prefetch.Line;
            row += rows;
        }
    }

    /// <summary>Two vectors of outputs for a tile of rows. Where there are fewer rows the last one is computed again.</summary>
    /// <remarks>The sums of six rows are as many as 16 registers hold beside codes and factors.</remarks>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void MultiplyRows<TTile>(
        QuantizedActivations inputs, int row, int rows, float* outputs, nint outputStride, int output, int first, int end, byte* next,
        int linesOfGroup)
        where TTile : struct, IRowTile
    {
        nint vector = TileVectors > 1 ? TSimd.Count * sizeof(float) : TileBytes;
        var w = Tile(output);
        if (TileVectors == 1 && output + TSimd.Count >= Outputs)
        {
            vector = 0;
        }

        nint r1 = Math.Min(1, rows - 1), r2 = Math.Min(2, rows - 1),
            r3 = Math.Min(3, rows - 1), r4 = Math.Min(4, rows - 1), r5 = Math.Min(5, rows - 1);
        nint xStride = inputs.Stride * TCodes.RowCodeBytes;
        nint x1 = r1 * xStride, x2 = r2 * xStride, x3 = r3 * xStride, x4 = r4 * xStride, x5 = r5 * xStride;
        nint groups = inputs.Groups;
        var x = Codes(inputs, row);
        var scales = inputs.Scales(row);
        var offsets = inputs.Offsets(row);
        var room = stackalloc byte[(2 * IRowTile.Six.Rows * TSimd.Count * sizeof(float)) + Prefetch.Line];
        var results = Prefetch.AlignToLine(room);
        new Span<float>(results, 2 * IRowTile.Six.Rows * TSimd.Count).Clear();
        for (var group = 0; group < Length; group += _group, scales++, offsets++)
        {
            for (var line = 0; line < linesOfGroup; line++, next += Prefetch.Line)
            {
                Prefetch.ToSecondLevel(next);
            }

            byte* scales0 = w, scales1 = w + vector;
            w += PackedLayout.ScaleBytes;
            var stop = x + (Math.Min(_group, Length - group) * TCodes.RowCodeBytes);
            TVector a0 = default, a1 = default, b0 = default, b1 = default, c0 = default, c1 = default;
            TVector d0 = default, d1 = default, e0 = default, e1 = default, f0 = default, f1 = default;
            for (; x < stop; x += RowBytes, w += TCodes.Bytes)
            {
                TVector codes0 = TCodes.LoadFirst<TSimd, TVector>(w), codes1 = TCodes.LoadFirst<TSimd, TVector>(w + vector);
                AddProducts(ref a0, ref a1, codes0, codes1, x);
                AddProducts(ref b0, ref b1, codes0, codes1, x + x1);
                if (TTile.Rows > 2)
                {
                    AddProducts(ref c0, ref c1, codes0, codes1, x + x2);
                    AddProducts(ref d0, ref d1, codes0, codes1, x + x3);
                }

                if (TTile.Rows > 4)
                {
                    AddProducts(ref e0, ref e1, codes0, codes1, x + x4);
                    AddProducts(ref f0, ref f1, codes0, codes1, x + x5);
                }

                codes0 = TCodes.LoadLast<TSimd, TVector>(w);
                codes1 = TCodes.LoadLast<TSimd, TVector>(w + vector);
                AddProducts(ref a0, ref a1, codes0, codes1, x + 4);
                AddProducts(ref b0, ref b1, codes0, codes1, x + x1 + 4);
                if (TTile.Rows > 2)
                {
                    AddProducts(ref c0, ref c1, codes0, codes1, x + x2 + 4);
                    AddProducts(ref d0, ref d1, codes0, codes1, x + x3 + 4);
                }

                if (TTile.Rows > 4)
                {
                    AddProducts(ref e0, ref e1, codes0, codes1, x + x4 + 4);
                    AddProducts(ref f0, ref f1, codes0, codes1, x + x5 + 4);
                }
            }

            AddGroups(results, a0, a1, offsets, scales, scales0, scales1);
            AddGroups(results + (2 * TSimd.Count), b0, b1, offsets + (r1 * groups), scales + (r1 * groups), scales0, scales1);
            if (TTile.Rows > 2)
            {
                AddGroups(results + (4 * TSimd.Count), c0, c1, offsets + (r2 * groups), scales + (r2 * groups), scales0, scales1);
                AddGroups(results + (6 * TSimd.Count), d0, d1, offsets + (r3 * groups), scales + (r3 * groups), scales0, scales1);
            }

            if (TTile.Rows > 4)
            {
                AddGroups(results + (8 * TSimd.Count), e0, e1, offsets + (r4 * groups), scales + (r4 * groups), scales0, scales1);
                AddGroups(results + (10 * TSimd.Count), f0, f1, offsets + (r5 * groups), scales + (r5 * groups), scales0, scales1);
            }
        }

        for (var i = 0; i < rows; i++)
        {
            Store(results + (2 * i * TSimd.Count), 2 * TSimd.Count, outputs + ((row + i) * outputStride), output, first, end);
        }
    }
}
