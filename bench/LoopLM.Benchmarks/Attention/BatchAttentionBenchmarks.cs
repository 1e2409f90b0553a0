using BenchmarkDotNet.Attributes;
using LoopLM.Cpu.Attention;
using LoopLM.Cpu.Formats;
using LoopLM.Cpu.Kernels;
using LoopLM.Cpu.Storage;
using LoopLM.Engine.Runners;

namespace LoopLM.Benchmarks.Attention;

/// <summary>One thread attends in one layer, for the next token of some requests or the last ones of a prompt.</summary>
[MemoryDiagnoser]
public unsafe class BatchAttentionBenchmarks
{
    private KvCache _cache = null!;
    private Activations _activations = null!;
    private BatchAttention _attention = null!;
    private LoopBatch _batch = null!;

    /// <summary>What <see cref="Shape"/> may be.</summary>
    public static IEnumerable<BatchShape> Shapes =>
    [
        new(1, 1, 16), new(1, 1, 128), new(1, 1, 1024), new(1, 1, 4096),
        new(16, 1, 16), new(16, 1, 128), new(16, 1, 1024), new(16, 1, 4096),
        new(1, 64, 512), new(1, 64, 4096),
    ];

    /// <summary>Requests, rows of each, and positions that the last of them sees.</summary>
    [ParamsSource(nameof(Shapes))]
    public BatchShape Shape { get; set; }

    /// <summary>Length of a head: 32 has 6 heads like the bundled model, 128 has 16 like Ouro-1.4B.</summary>
    [Params(32, 128)]
    public int HeadDimension { get; set; }

    /// <summary>How keys and values are held.</summary>
    [Params(KvType.Float32, KvType.BFloat16)]
    public KvType Kv { get; set; }

    /// <summary>Fills the cache.</summary>
    [GlobalSetup]
    public void Create()
    {
        var kernels = VectorKernels.Of(VectorKernels.Best);
        var heads = HeadDimension == 32 ? 6 : 16;
        var shape = new AttentionShape(heads, heads, HeadDimension);
        _batch = EvenBatch.Of(Shape);
        var slots = Shape.Requests * Shape.Positions;
        _cache = new(1, shape, slots, Kv);
        _activations = new(
            new(heads * HeadDimension, heads * HeadDimension, shape), kernels, WeightType.Float32,
            _batch.Rows.Length, threads: 1, BatchAttention.Lanes(shape), Shape.Positions);
        _attention = new(shape, kernels, _cache, _activations);
        using var numbers = RandomFloats.Create(heads * HeadDimension);
        for (var head = 0; head < heads; head++)
        {
            var source = numbers.Floats + (head * HeadDimension);
            for (var row = 0; row < _batch.Rows.Length; row++)
            {
                new ReadOnlySpan<float>(source, HeadDimension).CopyTo(new(_activations.ProjectedHead(row, head), HeadDimension));
            }

            for (var slot = 0; slot < slots; slot++)
            {
                _attention.Write(source, _cache.Keys(0, head), slot);
                _attention.Write(source, _cache.Values(0, head), slot);
            }
        }
    }

    /// <summary>Frees it.</summary>
    [GlobalCleanup]
    public void Dispose()
    {
        _cache.Dispose();
        _activations.Dispose();
    }

    /// <summary>All heads of all rows.</summary>
    [Benchmark]
    public void Attend()
    {
        _attention.Plan(_batch);
        _attention.Attend(_batch, layer: 0, thread: 0, threads: 1);
    }
}
