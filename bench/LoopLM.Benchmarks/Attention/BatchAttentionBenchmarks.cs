using BenchmarkDotNet.Attributes;
using LoopLM.Checkpoints.Configuration;
using LoopLM.Cpu.Attention;
using LoopLM.Cpu.Ouro;
using LoopLM.Cpu.Runners;
using LoopLM.Cpu.Simd;
using LoopLM.Engine.Runners;

namespace LoopLM.Benchmarks.Attention;

/// <summary>One thread attends in one layer, for the next token of some requests or the last ones of a prompt.</summary>
[MemoryDiagnoser]
public unsafe class BatchAttentionBenchmarks
{
    private KvPool _pool = null!;
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

    /// <summary>Fills the pool.</summary>
    [GlobalSetup]
    public void Create()
    {
        var kernels = Kernels.Of(Kernels.Best);
        var heads = HeadDimension == 32 ? 6 : 16;
        var config = new OuroConfig
        {
            ModelType = OuroConfig.Family,
            VocabularySize = 1,
            HiddenSize = heads * HeadDimension,
            IntermediateSize = heads * HeadDimension,
            Layers = 1,
            Loops = 1,
            Heads = heads,
            KvHeads = heads,
            HeadDimension = HeadDimension,
            ContextLength = Shape.Positions,
            RopeTheta = 10000,
            RmsNormEpsilon = 1e-6f,
            EarlyExitThreshold = 1,
            EndOfTextTokens = [],
        };
        _batch = EvenBatch.Of(Shape);
        var slots = Shape.Requests * Shape.Positions;
        _pool = new(1, heads, HeadDimension, slots, Kv);
        _activations = new(config, kernels, WeightType.Float32, _batch.Rows.Length, 1, BatchAttention.Lanes(config), Shape.Positions);
        _attention = new(config, kernels, _pool, _activations);
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
                _attention.Write(source, _pool.Keys(0, head), slot);
                _attention.Write(source, _pool.Values(0, head), slot);
            }
        }
    }

    /// <summary>Frees it.</summary>
    [GlobalCleanup]
    public void Dispose()
    {
        _pool.Dispose();
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
