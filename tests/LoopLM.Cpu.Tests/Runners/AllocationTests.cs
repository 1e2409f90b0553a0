using LoopLM.Checkpoints;
using LoopLM.Cpu.Formats;
using LoopLM.Cpu.Runners;
using LoopLM.Engine.Configuration;
using LoopLM.Engine.Execution;
using LoopLM.Engine.Exits;
using LoopLM.Engine.Kv;
using LoopLM.Engine.Requests;
using LoopLM.Engine.Runners;
using LoopLM.Engine.Sampling;
using LoopLM.Engine.Telemetry;
using LoopLM.Testing;

namespace LoopLM.Cpu.Tests.Runners;

/// <summary>The allocation budget of decoding, which is nothing.</summary>
public sealed class AllocationTests
{
    private const int Requests = 4;
    private const int WarmTicks = 100;
    private const int Ticks = 200;

    public static TheoryData<WeightType, KvLayout, string, float> Cases =>
    [
        .. from weights in new[] { WeightType.Float32, WeightType.BFloat16, WeightType.Int8, WeightType.Int4 }
           from layout in Enum.GetValues<KvLayout>()
           from exit in new[] { ("q-exit", 1f), ("q-exit", 0.4f), ("hidden-delta", 0.2f) }
           select new TheoryDataRow<WeightType, KvLayout, string, float>(weights, layout, exit.Item1, exit.Item2),
    ];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Tick_WarmDecode_AllocatesNothing(WeightType weights, KvLayout layout, string policy, float threshold)
    {
        var options = new EngineOptions { KvSlots = 8192, MaxSequences = Requests, MaxRows = 64 };
        using var checkpoint = Checkpoint.Open(Path.Combine(TestData.Root, "models", "looplm-bytes"));
        using var metrics = new EngineMetrics();
        using var engine = new EngineCore(
            new CpuModelRunner(checkpoint, new RunnerCapacity(options.MaxRows, options.KvSlots),
                new CpuRunnerOptions { Weights = weights, Threads = 2 }), options, metrics);
        var generations = Enumerable.Range(0, Requests)
            .Select(index => Submit(engine, index, layout, new ExitSettings { Policy = policy, Threshold = threshold })).ToArray();
        Decode(engine, generations, WarmTicks);
        var before = GC.GetAllocatedBytesForCurrentThread();

        var tokens = Decode(engine, generations, Ticks);

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        Assert.InRange(tokens, Requests * Ticks / 5, Requests * Ticks);
        engine.CancelAll();
        engine.Audit();
    }

    private static Generation Submit(EngineCore engine, int index, KvLayout layout, ExitSettings exit)
    {
        var request = new GenerationRequest
        {
            Prompt = Enumerable.Range(index, 20).ToArray(),
            MaxTokens = WarmTicks + Ticks,
            KvLayout = layout,
            Reports = new() { Gates = true },
            Exit = exit,
            Sampling = new SamplingSettings { Temperature = index % 2, Seed = index },
        };
        Assert.True(engine.TrySubmit(request, out var generation, out var rejection), rejection?.Message.ToString());
        return generation;
    }

    private static int Decode(EngineCore engine, Generation[] generations, int ticks)
    {
        var tokens = 0;
        for (var i = 0; i < ticks; i++)
        {
            engine.Tick();
            foreach (var generation in generations)
            {
                while (generation.Events.TryRead(out _))
                {
                    tokens++;
                }
            }
        }

        return tokens;
    }
}
