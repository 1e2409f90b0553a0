using BenchmarkDotNet.Attributes;
using LoopLM.Checkpoints;
using LoopLM.Cpu.Formats;
using LoopLM.Cpu.Runners;
using LoopLM.Engine.Configuration;
using LoopLM.Engine.Execution;
using LoopLM.Engine.Exits;
using LoopLM.Engine.Requests;
using LoopLM.Engine.Runners;
using LoopLM.Engine.Telemetry;

namespace LoopLM.Benchmarks.Execution;

/// <summary>Ticks of an engine that serves the bundled model and has nothing but tokens to generate.</summary>
[MemoryDiagnoser]
public class DecodeBenchmarks
{
    private const int Prompt = 16;
    private const int Ticks = 512;
    private const int KvSlots = 16 * 4 * (Prompt + Ticks);

    private readonly EngineMetrics _metrics = new();
    private Checkpoint _checkpoint = null!;
    private EngineCore _engine = null!;
    private Generation[] _generations = [];

    /// <summary>How matrices are held.</summary>
    [Params(WeightType.Float32, WeightType.BFloat16, WeightType.Int8, WeightType.Int4)]
    public WeightType Weights { get; set; }

    /// <summary>Requests at once.</summary>
    [Params(1, 16)]
    public int Requests { get; set; }

    /// <summary>Threshold of q-exit; 1 is full depth.</summary>
    [Params(0.5f, 1f)]
    public float Threshold { get; set; }

    /// <summary>Opens the model.</summary>
    [GlobalSetup]
    public void Open()
    {
        var options = new EngineOptions { KvSlots = KvSlots, MaxSequences = Requests };
        _checkpoint = Checkpoint.Open(Path.Combine(AppContext.BaseDirectory, "models", "looplm-bytes"));
        _engine = new(
            new CpuModelRunner(_checkpoint, new RunnerCapacity(options.MaxRows, KvSlots), new CpuRunnerOptions { Weights = Weights }),
            options, _metrics);
    }

    /// <summary>Starts the requests, so that they have more to generate than is measured.</summary>
    [IterationSetup]
    public void Submit()
    {
        var request = new GenerationRequest
        {
            Prompt = Enumerable.Range(0, Prompt).ToArray(),
            MaxTokens = Ticks,
            Exit = new ExitSettings { Policy = "q-exit", Threshold = Threshold },
        };
        _generations = [.. Enumerable.Range(0, Requests).Select(_ =>
            _engine.TrySubmit(request, out var generation, out var rejection)
                ? generation
                : throw new InvalidOperationException(rejection.Message.ToString()))];
        while (_generations.Any(generation => generation.Events.Count == 0))
        {
            _engine.Tick();
        }
    }

    /// <summary>Ends them.</summary>
    [IterationCleanup]
    public void Cancel()
    {
        _engine.CancelAll();
        _engine.Audit();
    }

    /// <summary>Closes the model.</summary>
    [GlobalCleanup]
    public void Dispose()
    {
        _engine.Dispose();
        _checkpoint.Dispose();
        _metrics.Dispose();
    }

    /// <summary>One tick: a loop of one row of each request, and a head where tokens leave.</summary>
    [Benchmark(OperationsPerInvoke = Ticks)]
    public void Tick()
    {
        for (var i = 0; i < Ticks; i++)
        {
            _engine.Tick();
            foreach (var generation in _generations)
            {
                while (generation.Events.TryRead(out _))
                {
                }
            }
        }
    }
}
