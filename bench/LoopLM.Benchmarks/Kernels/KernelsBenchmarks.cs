using BenchmarkDotNet.Attributes;
using LoopLM.Cpu.Formats;
using LoopLM.Cpu.Kernels;
using LoopLM.Cpu.Memory;

namespace LoopLM.Benchmarks.Kernels;

/// <summary>What is computed on one row between matrices.</summary>
[MemoryDiagnoser]
public unsafe class KernelsBenchmarks
{
    private readonly VectorKernels _kernels = VectorKernels.Of(VectorKernels.Best);
    private NativeBuffer _weight = null!;
    private NativeBuffer _other = null!;
    private QuantizedActivations _row = null!;

    /// <summary>Numbers of the row: hidden and inner sizes of the bundled model and of Ouro-1.4B.</summary>
    [Params(192, 512, 2048, 5632)]
    public int Length { get; set; }

    /// <summary>Makes the row.</summary>
    [GlobalSetup]
    public void Create()
    {
        _weight = RandomFloats.Create(Length);
        _other = RandomFloats.Create(Length);
        _row = new(_kernels, WeightType.Int8, 1, Length);
        new ReadOnlySpan<float>(_other.Floats, Length).CopyTo(new(_row[0], Length));
    }

    /// <summary>Frees it.</summary>
    [GlobalCleanup]
    public void Dispose()
    {
        _weight.Dispose();
        _other.Dispose();
        _row.Dispose();
    }

    /// <summary>The norm in front of a block.</summary>
    [Benchmark]
    public void Norm() => _kernels.Scale(
        _other.Floats, 1 / MathF.Sqrt(_kernels.Dot(_other.Floats, _other.Floats, Length) / Length), _weight.Floats, _row[0], Length);

    /// <summary>SwiGLU.</summary>
    [Benchmark]
    public void GateLinearUnit() => _kernels.GateLinearUnit(_row[0], _other.Floats, Length);

    /// <summary>The rotation of as many heads of 32 as the row has.</summary>
    [Benchmark]
    public void Rotate()
    {
        const int Head = 32;
        for (var first = 0; first < Length; first += Head)
        {
            _kernels.Rotate(_row[0] + first, _weight.Floats, _other.Floats, Head / 2, 1);
        }
    }

    /// <summary>Quantisation for an int8 matrix.</summary>
    [Benchmark]
    public void Quantise() => _row.Prepare(0);
}
