using System.Diagnostics.Metrics;
using System.Globalization;
using LoopLM.Engine.Kv;

namespace LoopLM.Engine.Telemetry;

/// <summary>The instruments that read snapshots of engines when they are scraped, and so cost the engines nothing.</summary>
internal sealed class ObservedInstruments
{
    /// <summary>Tokens of a block of the cache's description: vLLM's default, for those who think of the cache in blocks.</summary>
    private const int BlockTokens = 16;

    private static readonly EngineHealth[] s_healths = Enum.GetValues<EngineHealth>();

    private readonly Meter _meter;
    private readonly List<(KeyValuePair<string, object?>[] Labels, Func<EngineSnapshot> Snapshot)> _engines = [];

    /// <summary>Creates them.</summary>
    /// <param name="meter">Owns them.</param>
    public ObservedInstruments(Meter meter)
    {
        _meter = meter;
        Gauge("looplm.exit_step.mean", snapshot => snapshot.MeanExitStep, "Mean exit step of all tokens since the start.");
        Gauge("looplm.bound.ratio", BoundRatio, "Loops of generated tokens among all loops of rows since the start.");
        Gauge("looplm.sequences.running", snapshot => snapshot.RunningSequences, "Sequences that are admitted.");
        Gauge("looplm.queue.requests", snapshot => snapshot.QueuedRequests, "Requests that wait for admission.");
        Gauge("looplm.queue.tokens", snapshot => snapshot.QueuedTokens, "Prompt tokens of requests that wait for admission.");
        Gauge("looplm.kv.slots.used", snapshot => snapshot.UsedKvSlots, "KV slots that running sequences hold.");
        Gauge("looplm.kv.slots.cached", snapshot => snapshot.CachedKvSlots, "KV slots that only cached prefixes hold.");
        Gauge("looplm.kv.slots.capacity", snapshot => snapshot.KvSlots, "KV slots in all.");
        Gauge("looplm.kv.usage.ratio", KvUsage, "Share of the KV slots that running sequences hold.");
        Gauge("looplm.prefix_cache.hit.ratio", PrefixHitRatio, "Share of the prompt tokens found among cached prefixes since the start.");
        Counter("looplm.loops.run", snapshot => snapshot.ExitSteps, "Loops that generated tokens ran.");
        Counter("looplm.loops.saved", snapshot => snapshot.SavedLoops, "Loops that generated tokens did not run: they left earlier.");
        Counter("looplm.prefix_cache.queries", snapshot => snapshot.PrefixQueries, "Prompt tokens looked for among cached prefixes.");
        Counter("looplm.prefix_cache.hits", snapshot => snapshot.PrefixHits, "Prompt tokens that were found there, and not computed.");
        Counter("looplm.speculation.draft_tokens", snapshot => snapshot.DraftTokens, "Tokens drafted by an early loop.");
        Counter("looplm.speculation.accepted_draft_tokens", snapshot => snapshot.AcceptedDraftTokens, "Drafted tokens that were accepted.");
        Counter("looplm.rows", Rows, "Rows that ran a loop, by phase and loop.");
        Gauge("looplm.kv.slots.by_loop", SlotsByLoop, "KV slots that running sequences hold, by the loop that wrote them.");
        Gauge("looplm.engine.health", Health, "1 for what the engine can do now, 0 for the rest.");
        Gauge("looplm.cache.config.info", CacheConfig, "The KV cache in blocks of tokens that run all loops; always 1.");
    }

    /// <summary>Reads an engine from here on.</summary>
    /// <param name="labels">The labels of its measurements.</param>
    /// <param name="snapshot">Its latest snapshot.</param>
    public void Add(KeyValuePair<string, object?>[] labels, Func<EngineSnapshot> snapshot)
    {
        lock (_engines)
        {
            _engines.Add((labels, snapshot));
        }
    }

    private static double Ratio(long part, long whole) => whole == 0 ? 0 : (double)part / whole;

    private static double BoundRatio(EngineSnapshot snapshot) =>
        Ratio(snapshot.ExitSteps, snapshot.PrefillRows.ToArray().Sum() + snapshot.DecodeRows.ToArray().Sum());

    private static double KvUsage(EngineSnapshot snapshot) => Ratio(snapshot.UsedKvSlots, snapshot.KvSlots);

    private static double PrefixHitRatio(EngineSnapshot snapshot) => Ratio(snapshot.PrefixHits, snapshot.PrefixQueries);

    private static IEnumerable<Measured> Rows(EngineSnapshot snapshot) =>
    [
        .. ByLoop(snapshot, snapshot.PrefillRows, Label("phase", "prefill")),
        .. ByLoop(snapshot, snapshot.DecodeRows, Label("phase", "decode")),
    ];

    private static IEnumerable<Measured> SlotsByLoop(EngineSnapshot snapshot) => ByLoop(snapshot, snapshot.UsedKvSlotsByLoop);

    /// <summary>The counts of all loops of the model, and of those beyond that were run.</summary>
    private static IEnumerable<Measured> ByLoop(
        EngineSnapshot snapshot, LoopCounts counts, params KeyValuePair<string, object?>[] labels) =>
        counts.ToArray()
            .Select((count, index) => (Count: count, Loop: index + 1))
            .Where(each => each.Loop <= snapshot.Model?.Loops || each.Count > 0)
            .Select(each => new Measured(each.Count, [.. labels, Label("loop", each.Loop.ToString(CultureInfo.InvariantCulture))]));

    private static IEnumerable<Measured> Health(EngineSnapshot snapshot) =>
        s_healths.Select(health => new Measured(snapshot.Health == health ? 1 : 0, Label("health", health.ToString().ToLowerInvariant())));

    private static IEnumerable<Measured> CacheConfig(EngineSnapshot snapshot) => snapshot.Model is not { } model
        ? []
        : [new(1, Label("block_size", $"{BlockTokens}"), Label("num_gpu_blocks", $"{snapshot.KvSlots / model.Loops / BlockTokens}"))];

    private static KeyValuePair<string, object?> Label(string name, string value) => new(name, value);

    private void Gauge(string name, Func<EngineSnapshot, double> read, string description) =>
        Gauge(name, snapshot => [new Measured(read(snapshot))], description);

    private void Gauge(string name, Func<EngineSnapshot, IEnumerable<Measured>> read, string description) =>
        _meter.CreateObservableGauge(name, () => Measure(read), description: description);

    private void Counter(string name, Func<EngineSnapshot, long> read, string description) =>
        Counter(name, snapshot => [new Measured(read(snapshot))], description);

    private void Counter(string name, Func<EngineSnapshot, IEnumerable<Measured>> read, string description) =>
        _meter.CreateObservableCounter(name, () => Measure(read), description: description);

    private List<Measurement<double>> Measure(Func<EngineSnapshot, IEnumerable<Measured>> read)
    {
        lock (_engines)
        {
            return
            [
                .. from engine in _engines
                   from measured in read(engine.Snapshot())
                   select new Measurement<double>(measured.Value, [.. engine.Labels, .. measured.Labels]),
            ];
        }
    }

    /// <summary>A value of an engine, and the labels that tell it apart from others of the same instrument.</summary>
    private readonly record struct Measured(double Value, params KeyValuePair<string, object?>[] Labels);
}
