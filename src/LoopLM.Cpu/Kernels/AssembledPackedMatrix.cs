using System.Runtime.CompilerServices;
using LoopLM.Checkpoints.Packing;
using LoopLM.Cpu.Memory;
using LoopLM.Cpu.Threading;

namespace LoopLM.Cpu.Kernels;

/// <summary>Packed weights that <see cref="PackedKernels"/> multiply.</summary>
internal sealed unsafe class AssembledPackedMatrix(PackedLayout layout, byte* weights) : PackedMatrix(layout, weights)
{
    private readonly PackedKernels _kernels = PackedKernels.Of(layout.Type);
    private readonly nint _blocks = layout.PaddedInputs / Padding.Block;
    private readonly nint _lines = layout.PaddedInputs / layout.StepInputs;

    /// <inheritdoc/>
    public override void Multiply(QuantizedActivations inputs, int rows, float* outputs, nint outputStride, int first, int end)
    {
        // A single row reads its weights from end to end.
        var most = rows == 1 ? 1 : PackedKernels.MostTiles;
        var blockRows = BlockRows(PackedKernels.MostRows);
        for (var row = 0; row < rows; row += blockRows)
        {
            for (var output = first / PackedLayout.TileOutputs * PackedLayout.TileOutputs;
                output < end; output += most * PackedLayout.TileOutputs)
            {
                var tiles = end - output > PackedLayout.TileOutputs ? most : 1;
                MultiplyBlock(
                    inputs, row, Math.Min(blockRows, rows - row), outputs + (row * outputStride), outputStride, output, tiles, first, end);
            }
        }
    }

    /// <summary>
    /// Neighbouring tiles for some rows, in runs as even as they get, which share the work of requesting the tiles that come next.
    /// </summary>
    [SkipLocalsInit]
    private void MultiplyBlock(
        QuantizedActivations inputs, int row, int rows, float* outputs, nint outputStride, int output, int tiles, int first, int end)
    {
        var count = tiles * PackedLayout.TileOutputs;
        var results = stackalloc float[PackedKernels.MostRows * PackedKernels.MostTiles * PackedLayout.TileOutputs];
        var next = Tile(output) + (tiles * TileBytes);
        var runs = (rows + PackedKernels.MostRows - 1) / PackedKernels.MostRows;
        var step = ((TileBytes / runs) + _lines - 1) / _lines;
        for (var run = 0; run < runs; run++, next += step * _lines)
        {
            var share = Share.Of(rows, run, runs);
            var arguments = new PackedKernelArguments
            {
                Weights = Tile(output),
                TileBytes = TileBytes,
                Codes = inputs.Codes(row + share.First),
                CodeStride = inputs.Stride,
                Offsets = inputs.Offsets(row + share.First),
                Scales = inputs.Scales(row + share.First),
                ScaleStride = inputs.Groups * sizeof(float),
                Blocks = _blocks,
                Next = next,
                NextStep = step,
                Results = results,
            };
            _kernels.Multiply(share.Count, tiles, &arguments);
            for (var i = 0; i < share.Count; i++)
            {
                Store(results + (i * count), count, outputs + ((share.First + i) * outputStride), output, first, end);
            }
        }
    }
}
