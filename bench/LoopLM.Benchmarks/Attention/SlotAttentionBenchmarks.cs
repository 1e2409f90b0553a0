using BenchmarkDotNet.Attributes;
using LoopLM.Cpu.Attention;
using LoopLM.Cpu.Memory;
using LoopLM.Cpu.Runners;
using LoopLM.Cpu.Simd;

namespace LoopLM.Benchmarks.Attention;

/// <summary>One row attends with all heads, over slots that lie apart as those of a request among others do.</summary>
[MemoryDiagnoser]
public unsafe class SlotAttentionBenchmarks
{
    private const int Heads = 16;
    private const int SlotStride = 17;

    private KvPool _pool = null!;
    private SlotAttention _attention = null!;
    private NativeBuffer _query = null!;
    private NativeBuffer _scratch = null!;
    private int[] _slots = [];

    /// <summary>Positions that the row sees.</summary>
    [Params(16, 128, 1024, 4096)]
    public int Positions { get; set; }

    /// <summary>Length of a head.</summary>
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
        _pool = new(1, Heads, HeadDimension, Positions * SlotStride, Kv);
        _attention = kernels.CreateAttention(_pool);
        _query = RandomFloats.Create(Heads * HeadDimension);
        _scratch = NativeBuffer.OfFloats(Padding.Pad(Positions) + HeadDimension);
        _slots = [.. Enumerable.Range(0, Positions).Select(position => position * SlotStride)];
        for (var head = 0; head < Heads; head++)
        {
            foreach (var slot in _slots)
            {
                _attention.Write(_query.Floats, _pool.Keys(0, head), slot);
                _attention.Write(_query.Floats, _pool.Values(0, head), slot);
            }
        }
    }

    /// <summary>Frees it.</summary>
    [GlobalCleanup]
    public void Dispose()
    {
        _pool.Dispose();
        _query.Dispose();
        _scratch.Dispose();
    }

    /// <summary>All heads of the row.</summary>
    [Benchmark]
    public void Attend()
    {
        for (var head = 0; head < Heads; head++)
        {
            _attention.Attend(
                _query.Floats + (head * HeadDimension), _pool.Keys(0, head), _pool.Values(0, head), _slots, _scratch.Floats, _scratch.Floats + Padding.Pad(Positions));
        }
    }
}
