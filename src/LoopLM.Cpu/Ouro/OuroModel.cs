using LoopLM.Checkpoints;
using LoopLM.Checkpoints.Configuration;
using LoopLM.Cpu.Attention;
using LoopLM.Cpu.Formats;
using LoopLM.Cpu.Kernels;
using LoopLM.Cpu.Storage;
using LoopLM.Cpu.Threading;
using LoopLM.Engine.Runners;
using Microsoft.Extensions.Logging;

namespace LoopLM.Cpu.Ouro;

/// <summary>An Ouro model with the memory that it computes in: weights, keys and values, activations, and the threads.</summary>
internal sealed unsafe class OuroModel : IDisposable
{
    private readonly OuroWeights _weights;
    private readonly KvCache _cache;
    private readonly Activations _activations;
    private readonly RotaryTable _rotary;
    private readonly ThreadTeam _team;
    private readonly LoopPass _loopPass;
    private readonly HeadPass _headPass;

    /// <summary>Prepares the weights and reserves the memory.</summary>
    /// <param name="checkpoint">The weights; an Ouro model. It must stay open until the model is disposed.</param>
    /// <param name="loader">Loads them; it is disposed with the model.</param>
    /// <param name="kernels">What computes.</param>
    /// <param name="capacity">Row slots and KV slots to reserve.</param>
    /// <param name="kv">How keys and values are held, not <see cref="KvType.Auto"/>.</param>
    /// <param name="threads">Threads in all, the caller's included.</param>
    /// <param name="logger">Receives the progress of quantisation.</param>
    public OuroModel(
        Checkpoint checkpoint, WeightLoader loader, VectorKernels kernels, RunnerCapacity capacity, KvType kv, int threads, ILogger logger)
    {
        var config = ConfigOf(checkpoint);
        var shape = ShapeOf(config);
        Description = Describe(config);
        _weights = new(checkpoint, config, loader, logger);
        _cache = new(config.Layers, shape.Attention, capacity.KvSlots, kv);
        var positions = new BatchLimits(capacity, Description).Positions;
        _activations = new(shape, kernels, loader.Type, capacity.Rows, threads, BatchAttention.Lanes(shape.Attention), positions);
        _rotary = new(config.HeadDimension, config.RopeTheta, capacity.Rows);
        _team = new(threads);
        _loopPass = new(config, _weights, kernels, _team, _activations, _cache, _rotary);
        _headPass = new(_weights.Head, _team, _activations);
    }

    /// <summary>What the engine needs to know of it.</summary>
    public ModelDescription Description { get; }

    /// <summary>The sizes of its layers.</summary>
    public static LayerShape ShapeOf(OuroConfig config) =>
        new(config.HiddenSize, config.IntermediateSize, new(config.Heads, config.KvHeads, config.HeadDimension));

    /// <summary>What a model takes of the machine's memory, before it is opened.</summary>
    /// <param name="checkpoint">The weights; an Ouro model.</param>
    /// <param name="loader">Knows which of them are copied.</param>
    /// <param name="capacity">Row slots and KV slots.</param>
    /// <param name="kv">How keys and values are held, not <see cref="KvType.Auto"/>.</param>
    /// <param name="threads">Threads in all.</param>
    /// <exception cref="NotSupportedException">The model is of another family.</exception>
    public static RunnerMemory MemoryOf(Checkpoint checkpoint, WeightLoader loader, RunnerCapacity capacity, KvType kv, int threads)
    {
        var config = ConfigOf(checkpoint);
        var shape = ShapeOf(config);
        var positions = new BatchLimits(capacity, Describe(config)).Positions;
        return new(
            KvCache.Size(config.Layers, shape.Attention, capacity.KvSlots, kv),
            loader.CopiedBytes,
            Activations.Size(shape, capacity.Rows, threads, BatchAttention.Lanes(shape.Attention), positions),
            loader.MappedBytes);
    }

    /// <summary>Runs one loop; see <see cref="IModelRunner.RunLoop"/>. The batch has been checked and has rows.</summary>
    public void RunLoop(LoopBatch batch, Span<float> gateLogits, Span<float> stateChanges) =>
        _loopPass.Run(batch, gateLogits, stateChanges);

    /// <summary>Runs the head; see <see cref="IModelRunner.RunHead"/>. The rows have been checked, and there are some.</summary>
    public void RunHead(ReadOnlySpan<LoopRow> rows, Span<float> logits) => _headPass.Run(rows, logits);

    /// <summary>The state in a row slot.</summary>
    public ReadOnlySpan<float> State(int rowSlot) =>
        new(_activations.States + ((nint)rowSlot * _activations.HiddenLength), Description.HiddenSize);

    /// <inheritdoc/>
    public void Dispose()
    {
        _team.Dispose();
        _rotary.Dispose();
        _activations.Dispose();
        _cache.Dispose();
        _weights.Dispose();
    }

    private static OuroConfig ConfigOf(Checkpoint checkpoint) => checkpoint.Config as OuroConfig
        ?? throw new NotSupportedException(
            $"The cpu runner computes Ouro models; the checkpoint holds a {checkpoint.Config.GetType().Name}.");

    private static ModelDescription Describe(OuroConfig config) => new()
    {
        VocabularySize = config.VocabularySize,
        HiddenSize = config.HiddenSize,
        Loops = config.Loops,
        ExitThreshold = config.EarlyExitThreshold,
        DraftLoops = config.DraftLoops,
        DraftAcceptance = config.DraftAcceptance,
        ContextLength = config.ContextLength,
        HeadCost = config.HeadCost,
    };
}
