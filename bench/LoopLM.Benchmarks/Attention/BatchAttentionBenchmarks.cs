using BenchmarkDotNet.Attributes;
using LoopLM.Checkpoints.Configuration;
using LoopLM.Cpu.Attention;
using LoopLM.Cpu.Memory;
using LoopLM.Cpu.Ouro;
using LoopLM.Cpu.Runners;
using LoopLM.Cpu.Simd;

namespace LoopLM.Benchmarks.Attention;

/// <summary>One thread attends in one layer for the next token of some requests.</summary>
[MemoryDiagnoser]
public unsafe class BatchAttentionBenchmarks
{
    private KvPool _pool = null!;
    private Activations _activations = null!;
    private BatchAttention _attention = null!;
    private DecodeBatch _batch = null!;

    /// <summary>Requests.</summary>
    [Params(1, 16)]
    public int Requests { get; set; }

    /// <summary>Positions that a row sees.</summary>
    [Params(16, 128, 1024, 4096)]
    public int Positions { get; set; }

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
            ContextLength = Positions,
            RopeTheta = 10000,
            RmsNormEpsilon = 1e-6f,
            EarlyExitThreshold = 1,
            EndOfTextTokens = [],
        };
        _batch = new(Requests, Positions);
        _pool = new(1, heads, HeadDimension, Requests * Positions, Kv);
        _activations = new(config, kernels, null, Requests, 1, BatchAttention.Lanes(config), Positions);
        _attention = new(config, kernels, _pool, _activations);
        using var numbers = RandomFloats.Create(heads * HeadDimension);
        for (var head = 0; head < heads; head++)
        {
            var source = numbers.Floats + (head * HeadDimension);
            for (var row = 0; row < Requests; row++)
            {
                new ReadOnlySpan<float>(source, HeadDimension).CopyTo(new(_activations.ProjectedHead(row, head), HeadDimension));
            }

            for (var slot = 0; slot < Requests * Positions; slot++)
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
