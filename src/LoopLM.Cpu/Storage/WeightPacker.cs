using LoopLM.Checkpoints.Packing;
using LoopLM.Cpu.Kernels;
using LoopLM.Cpu.Memory;

namespace LoopLM.Cpu.Storage;

/// <summary>Quantises a matrix into a layout, tiles in parallel.</summary>
internal sealed unsafe class WeightPacker(VectorKernels kernels, PackedLayout layout)
{
    /// <summary>Packs a matrix.</summary>
    /// <param name="readRow">Copies the weights of an output; called by several threads.</param>
    /// <param name="destination">As many bytes as the layout has.</param>
    public void Pack(Action<int, Span<float>> readRow, byte* destination) => Parallel.For(
        0,
        layout.Tiles,
        () => new Scratch(layout),
        (tile, _, scratch) =>
        {
            PackTile(readRow, tile, scratch, destination + (tile * layout.TileBytes));
            return scratch;
        },
        scratch => scratch.Dispose());

    private void PackTile(Action<int, Span<float>> readRow, int tile, Scratch scratch, byte* destination)
    {
        for (var lane = 0; lane < PackedLayout.TileOutputs; lane++)
        {
            var output = (tile * PackedLayout.TileOutputs) + lane;
            var row = new Span<float>(scratch.Row, layout.Inputs);
            if (output < layout.Outputs)
            {
                readRow(output, row);
            }
            else
            {
                row.Clear();
            }

            kernels.Quantise(scratch.Row, layout.PaddedInputs, layout.Group,
                PackedLayout.LimitOf(layout.Type), scratch.Codes, scratch.Scales, scratch.Sums);
            PackLane(scratch, destination + (lane * sizeof(int)));
        }
    }

    private void PackLane(Scratch scratch, byte* destination)
    {
        var zeros = (uint)layout.Zero * 0x0101_0101;
        for (var group = 0; group < layout.Groups; group++)
        {
            *(float*)destination = scratch.Scales[group];
            destination += PackedLayout.ScaleBytes;
            var end = Math.Min(layout.PaddedInputs, (group + 1) * layout.Group);
            for (var input = group * layout.Group; input < end; input += layout.StepInputs, destination += PackedLayout.StepBytes)
            {
                *(uint*)destination = layout.Type == PackedType.Int8 ? Codes(input) : Codes(input) | (Codes(input + 4) << 4);
            }
        }

        uint Codes(int input) => Add(*(uint*)(scratch.Codes + input), zeros);
    }

    /// <summary>Adds bytes, each modulo 256.</summary>
    private static uint Add(uint left, uint right) => ((left & 0x7F7F_7F7F) + (right & 0x7F7F_7F7F)) ^ ((left ^ right) & 0x8080_8080);

    /// <summary>Room for one output.</summary>
    private sealed class Scratch(PackedLayout layout) : IDisposable
    {
        private readonly NativeBuffer _row = NativeBuffer.OfFloats(layout.PaddedInputs);
        private readonly NativeBuffer _codes = new(layout.PaddedInputs);
        private readonly NativeBuffer _groups = NativeBuffer.OfFloats(2L * layout.Groups);

        public float* Row => _row.Floats;

        public sbyte* Codes => (sbyte*)_codes.Pointer;

        public float* Scales => _groups.Floats;

        public int* Sums => (int*)_groups.Floats + layout.Groups;

        public void Dispose()
        {
            _row.Dispose();
            _codes.Dispose();
            _groups.Dispose();
        }
    }
}
