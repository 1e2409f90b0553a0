using LoopLM.Cpu.Memory;
using LoopLM.Cpu.Runners;
using LoopLM.Cpu.Simd;

namespace LoopLM.Cpu.Tests.Weights;

public sealed unsafe class WeightMatrixTests
{
    private const int Inputs = 3 * Padding.Block;
    private const int Outputs = 23;
    private const int Untouched = -1;

    public static TheoryData<InstructionSet, WeightType> Cases => new MatrixTheoryData<InstructionSet, WeightType>(
        [.. InstructionSets.Available], [WeightType.Float32, WeightType.BFloat16]);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Multiply_AnyRowsAndOutputs_EqualsTheDefinitionAndOneRowToTheBit(InstructionSet instructions, WeightType type)
    {
        const int MaxRows = 11;
        var random = new Random(7);
        using NativeBuffer weights = NativeBuffer.OfFloats(Outputs * Inputs), rounded = NativeBuffer.OfFloats(Outputs * Inputs), inputs = NativeBuffer.OfFloats(MaxRows * Inputs);
        Fill(weights, Outputs * Inputs, random);
        Fill(inputs, MaxRows * Inputs, random);
        var kernels = Kernels.Of(instructions);
        kernels.RoundToBFloat16(weights.Floats, (ushort*)rounded.Pointer, Outputs * Inputs);
        var matrix = kernels.CreateMatrix(type, type == WeightType.BFloat16 ? rounded.Pointer : weights.Pointer, Outputs, Inputs);
        var alone = Enumerable.Range(0, MaxRows).SelectMany(row => Multiply(inputs.Floats + (row * Inputs), 1, 0, Outputs)).ToArray();

        for (var rows = 1; rows <= MaxRows; rows++)
        {
            Assert.Equal(alone.Take(rows * Outputs), Multiply(inputs.Floats, rows, 0, Outputs));
        }

        Assert.Equal(Enumerable.Repeat((float)Untouched, 5).Concat(alone[5..14]).Concat(Enumerable.Repeat((float)Untouched, 9)), Multiply(inputs.Floats, 1, 5, 14));
        Assert.Equal(Enumerable.Repeat((float)Untouched, 5).Concat(alone[5..14]).Concat(Enumerable.Repeat((float)Untouched, 9)), Multiply(inputs.Floats, 3, 5, 14)[..Outputs]);
        for (var output = 0; output < Outputs; output++)
        {
            var expected = Enumerable.Range(0, Inputs).Sum(i => (double)weights.Floats[(output * Inputs) + i] * inputs.Floats[i]);
            Assert.Equal(expected, alone[output], type == WeightType.BFloat16 ? 0.2 : 1e-4);
        }

        float[] Multiply(float* x, int rows, int first, int end)
        {
            var results = new float[rows * Outputs];
            results.AsSpan().Fill(Untouched);
            fixed (float* y = results)
            {
                matrix.Multiply(x, Inputs, rows, y, Outputs, first, end);
            }

            return results;
        }
    }

    private static void Fill(NativeBuffer buffer, int count, Random random)
    {
        for (var i = 0; i < count; i++)
        {
            buffer.Floats[i] = (2 * random.NextSingle()) - 1;
        }
    }
}
