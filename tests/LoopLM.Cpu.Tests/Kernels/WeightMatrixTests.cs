using LoopLM.Checkpoints.Packing;
using LoopLM.Cpu.Formats;
using LoopLM.Cpu.Kernels;
using LoopLM.Cpu.Memory;
using LoopLM.Cpu.Simd;
using LoopLM.Cpu.Storage;

namespace LoopLM.Cpu.Tests.Kernels;

public sealed unsafe class WeightMatrixTests : IDisposable
{
    private const int Inputs = 5 * Padding.Block;
    private const int Outputs = 39;
    private const int MaxRows = 17;
    private const int Untouched = -1;

    private readonly NativeBuffer _weights = NativeBuffer.OfFloats(Outputs * Inputs);
    private readonly NativeBuffer _stored = NativeBuffer.OfFloats(2 * Outputs * Inputs);
    private readonly float[] _inputs;

    public WeightMatrixTests()
    {
        var random = new Random(7);
        for (var i = 0; i < Outputs * Inputs; i++)
        {
            _weights.Floats[i] = (2 * random.NextSingle()) - 1;
        }

        _inputs = [.. Enumerable.Range(0, MaxRows * Inputs).Select(_ => (2 * random.NextSingle()) - 1)];
    }

    public static TheoryData<InstructionSet, WeightType> Cases => new MatrixTheoryData<InstructionSet, WeightType>(
        [.. InstructionSets.Available], [WeightType.Float32, WeightType.BFloat16, WeightType.Int8, WeightType.Int4]);

    public static TheoryData<WeightType> PackedTypes => [WeightType.Int8, WeightType.Int4];

    public void Dispose()
    {
        _weights.Dispose();
        _stored.Dispose();
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Multiply_AnyRowsAndOutputs_EqualsTheDefinitionAndOneRowToTheBit(InstructionSet instructions, WeightType type)
    {
        var matrix = CreateMatrix(instructions, type);
        var alone = Enumerable.Range(0, MaxRows).SelectMany(row => Multiply(instructions, type, matrix, row, 1, 0, Outputs)).ToArray();

        for (var rows = 1; rows <= MaxRows; rows++)
        {
            Assert.Equal(alone.Take(rows * Outputs), Multiply(instructions, type, matrix, 0, rows, 0, Outputs));
        }

        var some = Enumerable.Repeat((float)Untouched, 13).Concat(alone[13..21]).Concat(Enumerable.Repeat((float)Untouched, Outputs - 21));
        Assert.Equal(some, Multiply(instructions, type, matrix, 0, 1, 13, 21));
        Assert.Equal(some, Multiply(instructions, type, matrix, 0, 3, 13, 21)[..Outputs]);
        for (var output = 0; output < Outputs; output++)
        {
            var expected = Enumerable.Range(0, Inputs).Sum(i => (double)_weights.Floats[(output * Inputs) + i] * _inputs[i]);
            Assert.Equal(expected, alone[output], type switch
            {
                WeightType.Float32 => 1e-4,
                WeightType.Int4 => 1.5,
                _ => 0.2,
            });
        }
    }

    [Theory]
    [MemberData(nameof(PackedTypes))]
    public void Multiply_PackedOnAnyInstructionSet_EqualsThePortableOneWithinRounding(WeightType type)
    {
        var results = InstructionSets.Available
            .Select(instructions => Multiply(instructions, type, CreateMatrix(instructions, type), 0, MaxRows, 0, Outputs)).ToArray();

        Assert.All(results, result => Assert.Equal(results[0], result, (left, right) => Math.Abs(left - right) < 1e-5f));
    }

    [Theory]
    [MemberData(nameof(PackedTypes))]
    public void Multiply_AssembledKernels_EqualTheVectorsOfDotNetToTheBit(WeightType type)
    {
        Assert.SkipUnless(InstructionSets.Available.Contains(InstructionSet.Avx512Vnni),
            "This processor has no AVX512_VNNI, or this system lets no process assemble code.");

        var (vectors, assembled) = (CreateMatrix(InstructionSet.Avx512, type), CreateMatrix(InstructionSet.Avx512Vnni, type));
        for (var rows = 1; rows <= MaxRows; rows++)
        {
            var expected = Multiply(InstructionSet.Avx512, type, vectors, 0, rows, 0, Outputs);
            Assert.Equal(expected, Multiply(InstructionSet.Avx512Vnni, type, assembled, 0, rows, 0, Outputs));
        }
    }

    [Theory]
    [MemberData(nameof(PackedTypes))]
    public void Multiply_PackedRowWithNaN_IsNaN(WeightType type)
    {
        _inputs[77] = float.NaN;

        var result = Multiply(VectorKernels.Best, type, CreateMatrix(VectorKernels.Best, type), 0, 2, 0, Outputs);

        Assert.All(result[..Outputs], number => Assert.True(float.IsNaN(number)));
        Assert.All(result[Outputs..], number => Assert.True(float.IsFinite(number)));
    }

    private WeightMatrix CreateMatrix(InstructionSet instructions, WeightType type)
    {
        var kernels = VectorKernels.Of(instructions);
        if (type.Packed() is { } packed)
        {
            var layout = new PackedLayout(packed, Outputs, Inputs);
            Assert.True(layout.Bytes < 2 * Outputs * Inputs * sizeof(float));
            new WeightPacker(kernels, layout).Pack(
                (output, row) => new ReadOnlySpan<float>(_weights.Floats + (output * Inputs), Inputs).CopyTo(row), _stored.Pointer);
            return kernels.CreateMatrix(layout, _stored.Pointer);
        }

        kernels.RoundToBFloat16(_weights.Floats, (ushort*)_stored.Pointer, Outputs * Inputs);
        return kernels.CreateMatrix(type, type == WeightType.BFloat16 ? _stored.Pointer : _weights.Pointer, Outputs, Inputs);
    }

    private float[] Multiply(InstructionSet instructions, WeightType type, WeightMatrix matrix, int firstRow, int rows, int first, int end)
    {
        using var inputs = new QuantizedActivations(VectorKernels.Of(instructions), type, rows, Inputs);
        for (var row = 0; row < rows; row++)
        {
            _inputs.AsSpan((firstRow + row) * Inputs, Inputs).CopyTo(new Span<float>(inputs[row], Inputs));
            inputs.Prepare(row);
        }

        var results = new float[(rows + 1) * Outputs];
        results.AsSpan().Fill(Untouched);
        fixed (float* y = results)
        {
            matrix.Multiply(inputs, rows, y, Outputs, first, end);
        }

        Assert.All(results[(rows * Outputs)..], number => Assert.Equal(Untouched, number));
        return results[..(rows * Outputs)];
    }
}
