using BenchmarkDotNet.Attributes;
using LoopLM.Checkpoints.Packing;
using LoopLM.Cpu.Formats;
using LoopLM.Cpu.Kernels;
using LoopLM.Cpu.Memory;
using LoopLM.Cpu.Storage;

namespace LoopLM.Benchmarks.Kernels;

/// <summary>One thread multiplies some rows by every kind of matrix of Ouro-1.4B and of the bundled model.</summary>
[MemoryDiagnoser]
public unsafe class WeightMatrixBenchmarks
{
    private NativeBuffer _weights = null!;
    private NativeBuffer _outputs = null!;
    private QuantizedActivations _inputs = null!;
    private WeightMatrix _matrix = null!;

    /// <summary>The matrices.</summary>
    public static IEnumerable<MatrixShape> Shapes =>
    [
        new("1.4b attention", 2048, 2048), new("1.4b up", 5632, 2048), new("1.4b down", 2048, 5632), new("1.4b head", 49152, 2048),
        new("bundled attention", 192, 192), new("bundled up", 512, 192), new("bundled down", 192, 512), new("bundled head", 260, 192),
    ];

    /// <summary>The matrix.</summary>
    [ParamsSource(nameof(Shapes))]
    public MatrixShape Shape { get; set; } = null!;

    /// <summary>How it is held.</summary>
    [Params(WeightType.Float32, WeightType.BFloat16, WeightType.Int8, WeightType.Int4)]
    public WeightType Weights { get; set; }

    /// <summary>Rows.</summary>
    [Params(1, 8, 16, 64, 512)]
    public int Rows { get; set; }

    /// <summary>Makes matrix and rows.</summary>
    [GlobalSetup]
    public void Create()
    {
        var kernels = VectorKernels.Of(VectorKernels.Best);
        using var floats = RandomFloats.Create((long)Shape.Outputs * Shape.Inputs);
        var packed = Weights.Packed();
        if (packed is { } type)
        {
            var layout = new PackedLayout(type, Shape.Outputs, Shape.Inputs);
            _weights = new(layout.Bytes);
            new WeightPacker(kernels, layout).Pack(
                (output, row) => new ReadOnlySpan<float>(floats.Floats + ((long)output * Shape.Inputs), Shape.Inputs).CopyTo(row),
                _weights.Pointer);
            _matrix = kernels.CreateMatrix(layout, _weights.Pointer);
        }
        else
        {
            _weights = NativeBuffer.OfFloats((long)Shape.Outputs * Shape.Inputs);
            for (var output = 0L; output < Shape.Outputs; output++)
            {
                var length = Shape.Inputs;
                var source = floats.Floats + (output * length);
                if (Weights == WeightType.BFloat16)
                {
                    kernels.RoundToBFloat16(source, (ushort*)_weights.Pointer + (output * length), length);
                }
                else
                {
                    new ReadOnlySpan<float>(source, length).CopyTo(new(_weights.Floats + (output * length), length));
                }
            }

            _matrix = kernels.CreateMatrix(Weights, _weights.Pointer, Shape.Outputs, Shape.Inputs);
        }

        _inputs = new(kernels, Weights, Rows, Shape.Inputs);
        using var rows = RandomFloats.Create((long)Rows * Shape.Inputs);
        for (var row = 0; row < Rows; row++)
        {
            new ReadOnlySpan<float>(rows.Floats + ((nint)row * Shape.Inputs), Shape.Inputs).CopyTo(new(_inputs[row], Shape.Inputs));
            _inputs.Prepare(row);
        }

        _outputs = NativeBuffer.OfFloats((long)Rows * Shape.Outputs);
    }

    /// <summary>Frees them.</summary>
    [GlobalCleanup]
    public void Dispose()
    {
        _weights.Dispose();
        _inputs.Dispose();
        _outputs.Dispose();
    }

    /// <summary>All outputs of all rows, prepared before.</summary>
    [Benchmark]
    public void Multiply() => _matrix.Multiply(_inputs, Rows, _outputs.Floats, Shape.Outputs, 0, Shape.Outputs);
}
