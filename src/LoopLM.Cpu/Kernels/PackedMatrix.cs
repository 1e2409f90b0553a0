using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using LoopLM.Checkpoints.Packing;

namespace LoopLM.Cpu.Kernels;

/// <summary>Integers in tiles of outputs (see <see cref="PackedLayout"/>), multiplied by quantised rows.</summary>
/// <remarks>
/// The sum of a group's products is an integer, so it is exact in any order. The groups of a (row, output) are added up in
/// rising order, in float32. A lane of a vector is an output.
/// </remarks>
internal abstract unsafe class PackedMatrix(PackedLayout layout, byte* weights) : WeightMatrix
{
    // The rows of a block stay in the second-level cache while the weights pass by.
    private const int BlockBytes = 512 << 10;

    /// <summary>Padded number of inputs.</summary>
    protected int Length { get; } = layout.PaddedInputs;

    /// <summary>Bytes of a tile.</summary>
    protected nint TileBytes { get; } = (nint)layout.TileBytes;

    /// <summary>The part of a tile that holds a vector of outputs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected byte* Tile(int output)
    {
        var (tile, lane) = Math.DivRem(output, PackedLayout.TileOutputs);
        return weights + (tile * TileBytes) + (lane * sizeof(float));
    }

    /// <summary>Rows of a block, a multiple of the rows of a tile.</summary>
    protected int BlockRows(int tileRows) => BlockRows(BlockBytes, Length, tileRows);

    /// <summary>
    /// Copies the results of neighbouring outputs, those of them that are requested. To call for so few
    /// numbers would take longer than to copy them.
    /// </summary>
    /// <param name="results">The results.</param>
    /// <param name="count">How many, a multiple of 8.</param>
    /// <param name="row">A row at output 0.</param>
    /// <param name="output">The output of the first result.</param>
    /// <param name="first">The first output that is requested.</param>
    /// <param name="end">After the last one.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected static void Store(float* results, int count, float* row, int output, int first, int end)
    {
        var (from, to) = (Math.Max(first, output), Math.Min(end, output + count));
        if (to - from == count)
        {
            for (var i = 0; i < count; i += Vector256<float>.Count)
            {
                Vector256.Load(results + i).Store(row + output + i);
            }

            return;
        }

        for (var i = from; i < to; i++)
        {
            row[i] = results[i - output];
        }
    }
}
