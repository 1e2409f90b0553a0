using System.Diagnostics;
using System.Diagnostics.Metrics;
using LoopLM.Engine.Requests;

namespace LoopLM.Engine.Execution;

/// <summary>Every instrument of the engine. Names, units and buckets stand here and nowhere else.</summary>
public sealed class EngineMetrics : IDisposable
{
    /// <summary>Name of the meter to subscribe to.</summary>
    public const string MeterName = "LoopLM.Engine";

    private static readonly double[] Seconds =
        [0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80];

    private static readonly double[] Rows = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048];

    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _requests;
    private readonly Counter<long> _promptTokens;
    private readonly Counter<long> _generatedTokens;
    private readonly Histogram<int> _exitStep;
    private readonly Histogram<int> _tickRows;
    private readonly Histogram<double> _tickDuration;
    private readonly Histogram<double> _queueTime;
    private readonly Histogram<double> _timeToFirstToken;
    private readonly Histogram<double> _interTokenLatency;

    /// <summary>Creates the instruments.</summary>
    public EngineMetrics()
    {
        _requests = _meter.CreateCounter<long>("looplm.requests", description: "Generations ended, by outcome.");
        _promptTokens = _meter.CreateCounter<long>("looplm.tokens.prompt", description: "Prompt tokens of admitted requests.");
        _generatedTokens = _meter.CreateCounter<long>("looplm.tokens.generated", description: "Tokens generated.");
        _exitStep = CreateHistogram<int>("looplm.exit_step", null, "Loop at which each generated token left.", [.. Enumerable.Range(1, Depth.GateProbabilities.MaxLoops)]);
        _tickRows = CreateHistogram<int>("looplm.tick.rows", null, "Rows that went through the layers together.", [.. Rows.Select(rows => (int)rows)]);
        _tickDuration = CreateHistogram("looplm.tick.duration", "s", "Time of one tick.", Seconds);
        _queueTime = CreateHistogram("looplm.queue.time", "s", "From acceptance to admission.", Seconds);
        _timeToFirstToken = CreateHistogram("looplm.time_to_first_token", "s", "From acceptance to the first token.", Seconds);
        _interTokenLatency = CreateHistogram("looplm.inter_token_latency", "s", "Between two tokens of a generation.", Seconds);
    }

    /// <summary>Registers the gauges that read the engine's snapshot.</summary>
    public void Observe(Func<EngineSnapshot> snapshot)
    {
        _meter.CreateObservableGauge("looplm.exit_step.mean", () => snapshot().MeanExitStep, description: "Mean exit step of all tokens since the start.");
        _meter.CreateObservableGauge("looplm.sequences.running", () => snapshot().RunningSequences, description: "Sequences that hold a place.");
        _meter.CreateObservableGauge("looplm.queue.requests", () => snapshot().QueuedRequests, description: "Requests that wait for a place.");
        _meter.CreateObservableGauge("looplm.kv.slots.used", () => snapshot().UsedKvSlots, description: "KV slots that hold something.");
        _meter.CreateObservableGauge("looplm.kv.slots.capacity", () => snapshot().KvSlots, description: "KV slots in all.");
    }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    internal void Admitted(int promptTokens, TimeSpan queueTime)
    {
        _promptTokens.Add(promptTokens);
        _queueTime.Record(queueTime.TotalSeconds);
    }

    internal void Ticked(int rows, TimeSpan duration)
    {
        _tickRows.Record(rows);
        _tickDuration.Record(duration.TotalSeconds);
    }

    internal void Generated(int exitStep, bool first, TimeSpan latency)
    {
        _generatedTokens.Add(1);
        _exitStep.Record(exitStep);
        (first ? _timeToFirstToken : _interTokenLatency).Record(latency.TotalSeconds);
    }

    internal void Ended(in GenerationEvent end) => _requests.Add(1, new KeyValuePair<string, object?>("outcome", Outcome(end)));

    internal void Rejected() => _requests.Add(1, new KeyValuePair<string, object?>("outcome", "rejected"));

    private static string Outcome(in GenerationEvent end) => (end.Kind, end.FinishReason) switch
    {
        (GenerationEventKind.Failed, _) => "failed",
        (_, FinishReason.Stop) => "stop",
        (_, FinishReason.Length) => "length",
        (_, FinishReason.Cancelled) => "cancelled",
        _ => throw new UnreachableException(),
    };

    private Histogram<T> CreateHistogram<T>(string name, string? unit, string description, T[] buckets)
        where T : struct =>
        _meter.CreateHistogram(name, unit, description, tags: null, new InstrumentAdvice<T> { HistogramBucketBoundaries = buckets });
}
