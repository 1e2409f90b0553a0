using System.Diagnostics;
using System.Diagnostics.Metrics;
using LoopLM.Server.Errors;
using LoopLM.Server.TextGeneration;

namespace LoopLM.Server.Telemetry;

/// <summary>The metrics of OpenTelemetry's conventions for servers of generative models.</summary>
internal sealed class GenAiMetrics
{
    /// <summary>Name of the meter to subscribe to.</summary>
    public const string MeterName = "LoopLM.Server";

    /// <summary>What runs the models, as the conventions request it.</summary>
    public const string Provider = "looplm";

    private readonly Histogram<double> _duration;
    private readonly Histogram<double> _timeToFirstToken;
    private readonly Histogram<double> _timePerOutputToken;

    /// <summary>Creates the instruments, with the buckets that the conventions give.</summary>
    public GenAiMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _duration = Create(
            "gen_ai.server.request.duration",
            "From the acceptance of a request to the end of its last generation.",
            0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92);
        _timeToFirstToken = Create(
            "gen_ai.server.time_to_first_token",
            "From the acceptance of a request to its first token.",
            0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10);
        _timePerOutputToken = Create(
            "gen_ai.server.time_per_output_token",
            "Mean time for each token of a generation after the first.",
            0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5);

        Histogram<double> Create(string name, string description, params double[] buckets) => meter.CreateHistogram(
            name, "s", description, tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = buckets });
    }

    /// <summary>Counts a request that nobody reads any more.</summary>
    public void Record(ObservedGeneration generation)
    {
        var tags = Tags(generation.Operation, generation.RequestModel, generation.Model);
        if (generation.PrefillTime is { } prefill)
        {
            _timeToFirstToken.Record((generation.QueueTime!.Value + prefill).TotalSeconds, tags);
        }

        var rest = generation.CompletionTokens - generation.Choices;
        if (rest > 0)
        {
            _timePerOutputToken.Record(generation.DecodeTime!.Value.TotalSeconds * generation.Choices / rest, tags);
        }

        if (generation.Error is { } error)
        {
            tags.Add("error.type", error);
        }

        _duration.Record(generation.Duration.TotalSeconds, tags);
    }

    /// <summary>Counts a request that was not started.</summary>
    public void RecordRefused(EncodedText text, RequestError error)
    {
        var tags = Tags(ObservedGeneration.OperationOf(text), ObservedGeneration.RequestModelOf(text), text.Model.Name);
        tags.Add("error.type", ObservedGeneration.NameOf(error.Kind));
        _duration.Record(0, tags);
    }

    private static TagList Tags(string operation, string requestModel, string model) => new(
    [
        new("gen_ai.operation.name", operation),
        new("gen_ai.provider.name", Provider),
        new("gen_ai.request.model", requestModel),
        new("gen_ai.response.model", model),
    ]);
}
