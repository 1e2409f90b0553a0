using System.Diagnostics.Metrics;

namespace LoopLM.Engine.Telemetry;

/// <summary>The instruments that the engine records into as things happen.</summary>
/// <param name="meter">Owns them.</param>
internal sealed class RecordedInstruments(Meter meter)
{
    public Counter<long> Requests { get; } = meter.CreateCounter<long>("looplm.requests", description: "Generations ended, by outcome.");

    public Counter<long> RejectedRequests { get; } = meter.CreateCounter<long>(
        "looplm.requests.rejected", description: "Requests that the engine did not accept, by reason.");

    public Counter<long> PromptTokens { get; } = meter.CreateCounter<long>(
        "looplm.tokens.prompt", description: "Prompt tokens of admitted requests.");

    public Counter<long> GeneratedTokens { get; } = meter.CreateCounter<long>("looplm.tokens.generated", description: "Tokens generated.");

    public Counter<long> Exits { get; } = meter.CreateCounter<long>(
        "looplm.exits", description: "Generated tokens by the loop at which they left, by exit policy and by reason.");

    public Histogram<double> GateProbability { get; } = Create(
        meter, "looplm.gate.probability", null, "Gate probability after each loop of generated tokens.", Buckets.Probabilities);

    public Histogram<int> TickRows { get; } = Create(
        meter, "looplm.tick.rows", null, "Rows that went through the layers together.", Buckets.Rows);

    public Histogram<int> TickDistinctLoops { get; } = Create(
        meter, "looplm.tick.distinct_loops", null, "Different loops among the rows of a tick.", Buckets.Loops);

    public Histogram<double> TickDuration { get; } = Create(meter, "looplm.tick.duration", "s", "Time of one tick.", Buckets.TickSeconds);

    public Histogram<double> MaskDuration { get; } = Create(
        meter, "looplm.mask.duration", "s", "Time to work out which tokens a format allows next, beside the engine.", Buckets.TickSeconds);

    public Counter<long> LateMasks { get; } = meter.CreateCounter<long>(
        "looplm.masks.late", description: "Tokens that waited for their mask when their row had left.");

    public UpDownCounter<long> QueuedByClient { get; } = meter.CreateUpDownCounter<long>(
        "looplm.queue.client.requests", description: "Requests that wait for admission, by client.");

    public Counter<long> QueueFull { get; } = meter.CreateCounter<long>(
        "looplm.queue.full", description: "Times that a client found no room in the queue, by client.");

    public Histogram<double> QueueTime { get; } = Create(
        meter, "looplm.queue.time", "s", "From acceptance to admission.", Buckets.RequestSeconds);

    public Histogram<double> TimeToFirstToken { get; } = Create(
        meter, "looplm.time_to_first_token", "s", "From acceptance to the first token.", Buckets.RequestSeconds);

    public Histogram<double> InterTokenLatency { get; } = Create(
        meter, "looplm.inter_token_latency", "s", "Between two tokens of a generation.", Buckets.TickSeconds);

    public Histogram<double> RequestDuration { get; } = Create(
        meter, "looplm.request.duration", "s", "From acceptance to the end of a generation.", Buckets.RequestSeconds);

    public Histogram<double> InferenceTime { get; } = Create(
        meter, "looplm.request.inference_time", "s", "From admission to the end of a generation.", Buckets.RequestSeconds);

    public Histogram<double> PrefillTime { get; } = Create(
        meter, "looplm.request.prefill_time", "s", "From admission to the first token.", Buckets.RequestSeconds);

    public Histogram<double> DecodeTime { get; } = Create(
        meter, "looplm.request.decode_time", "s", "From the first token to the last.", Buckets.RequestSeconds);

    public Histogram<double> TimePerOutputToken { get; } = Create(
        meter, "looplm.request.time_per_output_token", "s", "Mean time between the tokens of a generation.", Buckets.TickSeconds);

    public Histogram<int> RequestPromptTokens { get; } = Create(
        meter, "looplm.request.prompt_tokens", null, "Prompt tokens of an ended generation.", Buckets.Tokens);

    public Histogram<int> RequestGeneratedTokens { get; } = Create(
        meter, "looplm.request.generated_tokens", null, "Generated tokens of an ended generation.", Buckets.Tokens);

    private static Histogram<T> Create<T>(Meter meter, string name, string? unit, string description, T[] buckets)
        where T : struct =>
        meter.CreateHistogram(name, unit, description, tags: null, new InstrumentAdvice<T> { HistogramBucketBoundaries = buckets });
}
