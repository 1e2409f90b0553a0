using LoopLM.Cpu.Formats;
using LoopLM.Cpu.Kernels;
using LoopLM.Cpu.Memory;
using LoopLM.Cpu.Simd;

namespace LoopLM.Cpu.Tests.Kernels;

public sealed unsafe class DotProductMatrixTests
{
    // So many inputs that they are taken in chunks, the last one shorter, and 17 rows in blocks, one of them of a single row.
    private const int Inputs = (20 << 10) + Padding.Block;
    private const int Outputs = 19;
    private const int MaxRows = 17;

    public static TheoryData<InstructionSet, WeightType> Cases =>
        new MatrixTheoryData<InstructionSet, WeightType>([.. InstructionSets.Available], [WeightType.Float32, WeightType.BFloat16]);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Multiply_RowsOfManyInputs_EqualsOneRowToTheBit(InstructionSet instructions, WeightType type)
    {
        var random = new Random(3);
        var kernels = VectorKernels.Of(instructions);
        using var weights = RandomFloats(random, Outputs * Inputs);
        using var rounded = new NativeBuffer(sizeof(ushort) * Outputs * Inputs);
        kernels.RoundToBFloat16(weights.Floats, (ushort*)rounded.Pointer, Outputs * Inputs);
        var matrix = kernels.CreateMatrix(type, type == WeightType.BFloat16 ? rounded.Pointer : weights.Pointer, Outputs, Inputs);
        using var inputs = new QuantizedActivations(kernels, type, MaxRows, Inputs);
        using var row = new QuantizedActivations(kernels, type, 1, Inputs);
        var alone = new float[MaxRows * Outputs];
        for (var i = 0; i < MaxRows; i++)
        {
            using var floats = RandomFloats(random, Inputs);
            new ReadOnlySpan<float>(floats.Floats, Inputs).CopyTo(new(inputs[i], Inputs));
            new ReadOnlySpan<float>(floats.Floats, Inputs).CopyTo(new(row[0], Inputs));
            inputs.Prepare(i);
            row.Prepare(0);
            Multiply(matrix, row, 1).CopyTo(alone, i * Outputs);
        }

        for (var rows = 2; rows <= MaxRows; rows++)
        {
            Assert.Equal(alone.Take(rows * Outputs), Multiply(matrix, inputs, rows));
        }
    }

    private static NativeBuffer RandomFloats(Random random, int count)
    {
        var buffer = NativeBuffer.OfFloats(count);
        for (var i = 0; i < count; i++)
        {
            buffer.Floats[i] = (2 * random.NextSingle()) - 1;
        }

        return buffer;
    }

    private static float[] Multiply(WeightMatrix matrix, QuantizedActivations inputs, int rows)
    {
        var results = new float[rows * Outputs];
        fixed (float* y = results)
        {
            matrix.Multiply(inputs, rows, y, Outputs, 0, Outputs);
        }

        return results;
    }
}
