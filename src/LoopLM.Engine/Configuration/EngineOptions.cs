using System.ComponentModel.DataAnnotations;
using LoopLM.Engine.Exits;
using LoopLM.Engine.Kv;
using LoopLM.Engine.Runners;

namespace LoopLM.Engine.Configuration;

/// <summary>Sizes and defaults of the engine.</summary>
public sealed record EngineOptions
{
    /// <summary>Most sequences that run at once; others wait. 1..4096.</summary>
    [Range(1, 4096)]
    public int MaxSequences { get; init; } = 32;

    /// <summary>Most rows of one tick; at least <see cref="MaxSequences"/>, so that every running sequence can advance. 1..65536.</summary>
    [Range(1, 65536)]
    public int MaxRows { get; init; } = 256;

    /// <summary>
    /// Most prompt positions of one sequence that start in one tick: smaller keeps other requests' tokens
    /// flowing, larger finishes the prompt sooner. 1..65536.
    /// </summary>
    [Range(1, 65536)]
    public int PrefillChunk { get; init; } = 64;

    /// <summary>KV slots; one holds K and V of all layers for one (position, loop). From 1.</summary>
    [Range(1, int.MaxValue)]
    public int KvSlots { get; init; } = 65536;

    /// <summary>Which earlier K and V later tokens see, where a request does not say.</summary>
    public KvLayout KvLayout { get; init; } = KvLayout.LastExited;

    /// <summary>
    /// The deepest <c>max_loops</c> that a request may set, as far as the model's family allows it; at least the model's loops. 1..1024.
    /// </summary>
    [Range(1, 1024)]
    public int MaxLoops { get; init; } = 8;

    /// <summary>Most requests that wait for admission. From 1.</summary>
    [Range(1, 1_000_000)]
    public int MaxQueuedRequests { get; init; } = 256;

    /// <summary>Most prompt tokens of requests that wait; a longer prompt may wait alone. From 1.</summary>
    [Range(1, int.MaxValue)]
    public int MaxQueuedTokens { get; init; } = int.MaxValue;

    /// <summary>How long a request may wait for admission; then it ends. 1 ms to 1 day.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "1.00:00:00")]
    public TimeSpan MaxQueueTime { get; init; } = TimeSpan.FromDays(1);

    /// <summary>
    /// Threads that work out which tokens the formats of requests allow next, beside the engine; they compete with it for processors.
    /// 1..64. Default: a quarter of the processors, at least one.
    /// </summary>
    [Range(1, 64)]
    public int MaskThreads { get; init; } = Math.Max(1, Environment.ProcessorCount / 4);

    /// <summary>Whether rows start while others are in flight. Off waits until every row in flight has left, for comparison.</summary>
    public bool Refill { get; init; } = true;

    /// <summary>Exit settings where a request gives none.</summary>
    public ExitSettings Exit { get; init; } = new() { Policy = "q-exit" };

    /// <summary>How sequences think ahead where a request does not say.</summary>
    public SpeculationSettings Speculation { get; init; } = new() { Strategy = SpeculationStrategy.Adaptive };

    /// <summary>Whether requests reuse what earlier ones computed of a common beginning.</summary>
    public PrefixCacheMode PrefixCache { get; init; }

    /// <summary>How much of a common beginning is reused where a request does not say.</summary>
    public PrefixReuse PrefixReuse { get; init; }

    /// <summary>Checks the options by themselves and against a model.</summary>
    /// <exception cref="ValidationException">An option is out of its range.</exception>
    /// <exception cref="ArgumentException">The options contradict each other or the model.</exception>
    internal void Validate(ModelDescription model)
    {
        Validator.ValidateObject(this, new ValidationContext(this), validateAllProperties: true);
        if (MaxRows < MaxSequences)
        {
            throw new ArgumentException($"MaxRows is {MaxRows}; it must be at least MaxSequences, which is {MaxSequences}.");
        }

        if (MaxLoops < model.Loops)
        {
            throw new ArgumentException($"MaxLoops is {MaxLoops}; it must be at least the model's loops, which are {model.Loops}.");
        }
    }

    /// <summary>Position slots for a model: as many as there are positions whose loops fill the KV slots; 0 where it needs none.</summary>
    public int PositionSlots(ModelDescription model) =>
        model.PositionLayers == PositionLayers.None ? 0 : (KvSlots + model.Loops - 1) / model.Loops;

    /// <summary>Most rows that go through the head at once.</summary>
    internal const int MaxHeadRows = 64;

    /// <summary>Bytes of the logits that an engine holds for a vocabulary.</summary>
    public long LogitBytes(int vocabularySize) => (long)Math.Min(MaxRows, MaxHeadRows) * vocabularySize * sizeof(float);
}
