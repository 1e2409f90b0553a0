using System.Diagnostics;
using System.Diagnostics.Metrics;
using LoopLM.Engine.Requests;

namespace LoopLM.Engine.Telemetry;

/// <summary>
/// Every instrument of the engine. Names, units and buckets are here and nowhere else. Several engines share them
/// and tell each other apart by <see cref="ForModel"/>.
/// </summary>
public sealed class EngineMetrics : IDisposable
{
    /// <summary>Name of the meter to subscribe to.</summary>
    public const string MeterName = "LoopLM.Engine";

    private static readonly double[] s_seconds =
        [0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80];

    private static readonly double[] s_rows = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048];

    private readonly Meter _meter;
    private readonly Counter<long> _requests;
    private readonly Counter<long> _promptTokens;
    private readonly Counter<long> _generatedTokens;
    private readonly Counter<long> _prefixQueries;
    private readonly Counter<long> _prefixHits;
    private readonly Counter<long> _draftTokens;
    private readonly Counter<long> _acceptedDraftTokens;
    private readonly Histogram<int> _exitStep;
    private readonly Histogram<int> _tickRows;
    private readonly Histogram<double> _tickDuration;
    private readonly Histogram<double> _maskDuration;
    private readonly Counter<long> _lateMasks;
    private readonly Histogram<double> _queueTime;
    private readonly UpDownCounter<long> _queuedByClient;
    private readonly Counter<long> _queueFull;
    private readonly Histogram<double> _timeToFirstToken;
    private readonly Histogram<double> _interTokenLatency;
    private readonly List<(EngineMetrics Metrics, Func<EngineSnapshot> Snapshot)> _observed;
    private readonly KeyValuePair<string, object?>[] _labels = [];

    /// <summary>Creates the instruments.</summary>
    public EngineMetrics()
    {
        _meter = new(MeterName);
        _observed = [];
        _requests = _meter.CreateCounter<long>("looplm.requests", description: "Generations ended, by outcome.");
        _promptTokens = _meter.CreateCounter<long>("looplm.tokens.prompt", description: "Prompt tokens of admitted requests.");
        _generatedTokens = _meter.CreateCounter<long>("looplm.tokens.generated", description: "Tokens generated.");
        _prefixQueries = _meter.CreateCounter<long>(
            "looplm.prefix_cache.queries", description: "Prompt tokens that were looked for among cached prefixes.");
        _prefixHits = _meter.CreateCounter<long>(
            "looplm.prefix_cache.hits", description: "Prompt tokens that were found there, and not computed.");
        _draftTokens = _meter.CreateCounter<long>("looplm.speculation.draft_tokens", description: "Tokens drafted by an early loop.");
        _acceptedDraftTokens = _meter.CreateCounter<long>(
            "looplm.speculation.accepted_draft_tokens", description: "Drafted tokens that were accepted.");
        _exitStep = CreateHistogram<int>(
            "looplm.exit_step", null, "Loop at which each generated token left.", [.. Enumerable.Range(1, 16), 24, 32, 64]);
        _tickRows = CreateHistogram<int>(
            "looplm.tick.rows", null, "Rows that went through the layers together.", [.. s_rows.Select(rows => (int)rows)]);
        _tickDuration = CreateHistogram("looplm.tick.duration", "s", "Time of one tick.", s_seconds);
        _maskDuration = CreateHistogram(
            "looplm.mask.duration", "s", "Time to work out which tokens a format allows next, beside the engine.", s_seconds);
        _lateMasks = _meter.CreateCounter<long>(
            "looplm.masks.late", description: "Tokens that waited for their mask when their row had left.");
        _queueTime = CreateHistogram("looplm.queue.time", "s", "From acceptance to admission.", s_seconds);
        _queuedByClient = _meter.CreateUpDownCounter<long>(
            "looplm.queue.client.requests", description: "Requests that wait for admission, by client.");
        _queueFull = _meter.CreateCounter<long>(
            "looplm.queue.full", description: "Times that a client found no room in the queue, by client.");
        _timeToFirstToken = CreateHistogram("looplm.time_to_first_token", "s", "From acceptance to the first token.", s_seconds);
        _interTokenLatency = CreateHistogram("looplm.inter_token_latency", "s", "Between two tokens of a generation.", s_seconds);
        CreateGauge("looplm.exit_step.mean", snapshot => snapshot.MeanExitStep, "Mean exit step of all tokens since the start.");
        CreateGauge("looplm.sequences.running", snapshot => snapshot.RunningSequences, "Sequences that are admitted.");
        CreateGauge("looplm.queue.requests", snapshot => snapshot.QueuedRequests, "Requests that wait for admission.");
        CreateGauge("looplm.queue.tokens", snapshot => snapshot.QueuedTokens, "Prompt tokens of requests that wait for admission.");
        CreateGauge("looplm.kv.slots.used", snapshot => snapshot.UsedKvSlots, "KV slots that running sequences hold.");
        CreateGauge("looplm.kv.slots.cached", snapshot => snapshot.CachedKvSlots, "KV slots that only cached prefixes hold.");
        CreateGauge("looplm.kv.slots.capacity", snapshot => snapshot.KvSlots, "KV slots in all.");
    }

    private EngineMetrics(EngineMetrics shared, string model)
    {
        _meter = shared._meter;
        _observed = shared._observed;
        _requests = shared._requests;
        _promptTokens = shared._promptTokens;
        _generatedTokens = shared._generatedTokens;
        _prefixQueries = shared._prefixQueries;
        _prefixHits = shared._prefixHits;
        _draftTokens = shared._draftTokens;
        _acceptedDraftTokens = shared._acceptedDraftTokens;
        _exitStep = shared._exitStep;
        _tickRows = shared._tickRows;
        _tickDuration = shared._tickDuration;
        _maskDuration = shared._maskDuration;
        _lateMasks = shared._lateMasks;
        _queueTime = shared._queueTime;
        _queuedByClient = shared._queuedByClient;
        _queueFull = shared._queueFull;
        _timeToFirstToken = shared._timeToFirstToken;
        _interTokenLatency = shared._interTokenLatency;
        _labels = [new("model", model)];
    }

    /// <summary>The same instruments with the label <c>model</c>. Only the one that created them is to be disposed.</summary>
    public EngineMetrics ForModel(string model) => new(this, model);

    /// <summary>Lets the gauges read an engine's snapshot.</summary>
    public void Observe(Func<EngineSnapshot> snapshot)
    {
        lock (_observed)
        {
            _observed.Add((this, snapshot));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    internal void Admitted(int promptTokens, TimeSpan queueTime)
    {
        _promptTokens.Add(promptTokens, _labels);
        _queueTime.Record(queueTime.TotalSeconds, _labels);
    }

    internal void Queued(RequestClient client, int change) => _queuedByClient.Add(change, ByClient(client));

    internal void QueueFull(RequestClient client) => _queueFull.Add(1, ByClient(client));

    internal void Ticked(int rows, TimeSpan duration)
    {
        _tickRows.Record(rows, _labels);
        _tickDuration.Record(duration.TotalSeconds, _labels);
    }

    internal void Masked(TimeSpan duration) => _maskDuration.Record(duration.TotalSeconds, _labels);

    internal void MaskIsLate() => _lateMasks.Add(1, _labels);

    internal void Generated(int exitStep, bool first, TimeSpan latency)
    {
        _generatedTokens.Add(1, _labels);
        _exitStep.Record(exitStep, _labels);
        (first ? _timeToFirstToken : _interTokenLatency).Record(latency.TotalSeconds, _labels);
    }

    internal void PrefixLookedUp(int tokens, int cached)
    {
        _prefixQueries.Add(tokens, _labels);
        _prefixHits.Add(cached, _labels);
    }

    internal void Drafted() => _draftTokens.Add(1, _labels);

    internal void DraftAccepted() => _acceptedDraftTokens.Add(1, _labels);

    internal void Ended(in GenerationEvent end) => Count(Outcome(end));

    internal void Rejected() => Count("rejected");

    private static string Outcome(in GenerationEvent end) => (end.Kind, end.FinishReason) switch
    {
        (GenerationEventKind.Failed, _) => end.IsRequestsFault ? "invalid" : "failed",
        (_, FinishReason.Stop) => "stop",
        (_, FinishReason.Length) => "length",
        (_, FinishReason.Cancelled) => "cancelled",
        (_, FinishReason.QueueTimeout) => "queue_timeout",
        _ => throw new UnreachableException(),
    };

    private KeyValuePair<string, object?>[] ByClient(RequestClient client) => [.. _labels, new("client", client.Name)];

    private void Count(string outcome) => _requests.Add(1, [.. _labels, new("outcome", outcome)]);

    private Histogram<T> CreateHistogram<T>(string name, string? unit, string description, T[] buckets)
        where T : struct =>
        _meter.CreateHistogram(name, unit, description, tags: null, new InstrumentAdvice<T> { HistogramBucketBoundaries = buckets });

    private void CreateGauge(string name, Func<EngineSnapshot, double> read, string description) =>
        _meter.CreateObservableGauge(name, () => Measure(read), description: description);

    private List<Measurement<double>> Measure(Func<EngineSnapshot, double> read)
    {
        lock (_observed)
        {
            return _observed.ConvertAll(observed => new Measurement<double>(read(observed.Snapshot()), observed.Metrics._labels));
        }
    }
}
