using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using LoopLM.Engine.Telemetry;

namespace LoopLM.Engine.Tests.Telemetry;

/// <summary>What is measured under the label of one model.</summary>
internal sealed class Measurements : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentQueue<(string Name, double Value, string Labels)> _all = [];
    private readonly string _model = $"{Guid.NewGuid()}";

    public Measurements()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == EngineMetrics.MeterName)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, labels, _) => Add(instrument.Name, value, labels));
        _listener.SetMeasurementEventCallback<int>((instrument, value, labels, _) => Add(instrument.Name, value, labels));
        _listener.SetMeasurementEventCallback<double>((instrument, value, labels, _) => Add(instrument.Name, value, labels));
        _listener.Start();
        Shared = new EngineMetrics();
        Metrics = Shared.ForModel(_model);
        _all.Clear();
    }

    /// <summary>Where an engine counts.</summary>
    public EngineMetrics Metrics { get; }

    private EngineMetrics Shared { get; }

    /// <summary>What an instrument has measured, in order: its labels, but for the model, and the value.</summary>
    public List<(string Labels, double Value)> Of(string name) =>
        [.. _all.Where(each => each.Name == name).Select(each => (each.Labels, each.Value))];

    /// <summary>Lets the observable instruments measure.</summary>
    public void Observe() => _listener.RecordObservableInstruments();

    public void Dispose()
    {
        _listener.Dispose();
        Shared.Dispose();
    }

    private void Add(string name, double value, ReadOnlySpan<KeyValuePair<string, object?>> labels)
    {
        var all = labels.ToArray();
        if (all.Contains(new("model", _model)))
        {
            var others = all.Where(label => label.Key != "model").Select(label => $"{label.Key}={label.Value}");
            _all.Enqueue((name, value, string.Join(' ', others)));
        }
    }
}
