using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using LoopLM.Engine.Errors;
using LoopLM.Engine.Exits;
using LoopLM.Engine.Kv;
using LoopLM.Engine.Requests;

namespace LoopLM.Engine.Telemetry;

/// <summary>What engines measure. Several engines share the instruments and tell each other apart by <see cref="ForModel"/>.</summary>
public sealed class EngineMetrics : IDisposable
{
    /// <summary>Name of the meter to subscribe to.</summary>
    public const string MeterName = "LoopLM.Engine";

    private static readonly string[] s_outcomes = ["stop", "length", "cancelled", "queue_timeout", "invalid", "failed"];

    private readonly Meter _meter;
    private readonly RecordedInstruments _recorded;
    private readonly ObservedInstruments _observed;
    private readonly KeyValuePair<string, object?>[] _labels;
    private readonly ConcurrentDictionary<string, KeyValuePair<string, object?>[][]> _exits = new();

    /// <summary>Creates the instruments.</summary>
    public EngineMetrics()
    {
        _meter = new(MeterName);
        (_recorded, _observed, _labels) = (new(_meter), new(_meter), []);
    }

    private EngineMetrics(EngineMetrics shared, string model)
    {
        (_meter, _recorded, _observed, _labels) = (shared._meter, shared._recorded, shared._observed, [new("model", model)]);

        // What has not happened yet is 0: a rate from nothing to 1 would be lost.
        _recorded.LateMasks.Add(0, _labels);
        foreach (var outcome in s_outcomes)
        {
            _recorded.Requests.Add(0, With("outcome", outcome));
        }

        foreach (var reason in Enum.GetValues<RejectionReason>())
        {
            _recorded.RejectedRequests.Add(0, With("reason", NameOf(reason)));
        }
    }

    /// <summary>The same instruments with the label <c>model</c>. Only the one that created them is to be disposed.</summary>
    public EngineMetrics ForModel(string model) => new(this, model);

    /// <summary>Lets the gauges read an engine's snapshot.</summary>
    public void Observe(Func<EngineSnapshot> snapshot) => _observed.Add(_labels, snapshot);

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    internal void Admitted(int promptTokens, TimeSpan queueTime)
    {
        _recorded.PromptTokens.Add(promptTokens, _labels);
        _recorded.QueueTime.Record(queueTime.TotalSeconds, _labels);
    }

    internal void Queued(RequestClient client, int change) => _recorded.QueuedByClient.Add(change, With("client", client.Name));

    internal void QueueFull(RequestClient client) => _recorded.QueueFull.Add(1, With("client", client.Name));

    internal void Ticked(int rows, int distinctLoops, TimeSpan duration)
    {
        _recorded.TickRows.Record(rows, _labels);
        _recorded.TickDistinctLoops.Record(distinctLoops, _labels);
        _recorded.TickDuration.Record(duration.TotalSeconds, _labels);
    }

    internal void Masked(TimeSpan duration) => _recorded.MaskDuration.Record(duration.TotalSeconds, _labels);

    internal void MaskIsLate() => _recorded.LateMasks.Add(1, _labels);

    internal void GateRead(float probability) => _recorded.GateProbability.Record(probability, _labels);

    internal void Generated(int exitStep, string policy, ExitReason reason, bool first, TimeSpan latency)
    {
        _recorded.GeneratedTokens.Add(1, _labels);
        _recorded.Exits.Add(1, ExitLabels(policy, reason, exitStep));
        (first ? _recorded.TimeToFirstToken : _recorded.InterTokenLatency).Record(latency.TotalSeconds, _labels);
    }

    internal void Ended(in GenerationEvent end, int promptTokens, int generatedTokens, in GenerationTimes times, TimeProvider time)
    {
        _recorded.Requests.Add(1, With("outcome", Outcome(end)));
        _recorded.RequestPromptTokens.Record(promptTokens, _labels);
        _recorded.RequestGeneratedTokens.Record(generatedTokens, _labels);
        if (times.EndedAt != 0)
        {
            Record(_recorded.RequestDuration, times.AcceptedAt, times.EndedAt);
        }

        if (times is { EndedAt: not 0, AdmittedAt: not 0 })
        {
            Record(_recorded.InferenceTime, times.AdmittedAt, times.EndedAt);
        }

        if (generatedTokens > 0)
        {
            Record(_recorded.PrefillTime, times.AdmittedAt, times.FirstTokenAt);
            Record(_recorded.DecodeTime, times.FirstTokenAt, times.LastTokenAt);
        }

        if (generatedTokens > 1)
        {
            var decode = time.GetElapsedTime(times.FirstTokenAt, times.LastTokenAt);
            _recorded.TimePerOutputToken.Record(decode.TotalSeconds / (generatedTokens - 1), _labels);
        }

        void Record(Histogram<double> histogram, long from, long to) =>
            histogram.Record(time.GetElapsedTime(from, to).TotalSeconds, _labels);
    }

    internal void Rejected(RejectionReason reason) => _recorded.RejectedRequests.Add(1, With("reason", NameOf(reason)));

    private static string Outcome(in GenerationEvent end) => (end.Kind, end.FinishReason) switch
    {
        (GenerationEventKind.Failed, _) => end.IsRequestsFault ? "invalid" : "failed",
        (_, FinishReason.Stop) => "stop",
        (_, FinishReason.Length) => "length",
        (_, FinishReason.Cancelled) => "cancelled",
        (_, FinishReason.QueueTimeout) => "queue_timeout",
        _ => throw new UnreachableException(),
    };

    private static string NameOf(RejectionReason reason) => reason switch
    {
        RejectionReason.InvalidValue => "invalid_value",
        RejectionReason.ContextExceeded => "context_exceeded",
        RejectionReason.KvExceeded => "kv_exceeded",
        RejectionReason.QueueFull => "queue_full",
        RejectionReason.Loading => "loading",
        RejectionReason.Draining => "draining",
        RejectionReason.Unhealthy => "unhealthy",
        _ => throw new UnreachableException(),
    };

    private static string NameOf(ExitReason reason) => reason switch
    {
        ExitReason.Prompt => "prompt",
        ExitReason.Threshold => "threshold",
        ExitReason.Policy => "policy",
        ExitReason.MaxLoops => "max_loops",
        ExitReason.Fixed => "fixed",
        _ => throw new UnreachableException(),
    };

    /// <summary>The labels of an exit. Those of a policy are made with its first token: later ticks allocate nothing.</summary>
    private KeyValuePair<string, object?>[] ExitLabels(string policy, ExitReason reason, int step) => _exits.GetOrAdd(
        policy,
        static (policy, labels) =>
        [
            .. from reason in Enum.GetValues<ExitReason>()
               from step in Enumerable.Range(1, LoopCounts.Length)
               select (KeyValuePair<string, object?>[])
               [
                   .. labels,
                   new("policy", policy),
                   new("reason", NameOf(reason)),
                   new("exit_step", step.ToString(CultureInfo.InvariantCulture)),
               ],
        ],
        _labels)[((int)reason * LoopCounts.Length) + Math.Min(step, LoopCounts.Length) - 1];

    private KeyValuePair<string, object?>[] With(string name, string value) => [.. _labels, new(name, value)];
}
