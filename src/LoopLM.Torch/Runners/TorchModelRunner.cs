using System.Runtime.InteropServices;
using LoopLM.Checkpoints;
using LoopLM.Checkpoints.Configuration;
using LoopLM.Checkpoints.Safetensors;
using LoopLM.Engine.Runners;
using LoopLM.Torch.Ouro;
using TorchSharp;
using static TorchSharp.torch;

namespace LoopLM.Torch.Runners;

/// <summary>Runs Ouro models with libtorch, on the CPU or a CUDA device.</summary>
/// <remarks>
/// One thread opens, calls and disposes a runner: dispose scopes and inference mode are per thread. A NaN stays in its sequence: rows meet
/// in matrix products, which are independent by row, and in attention, which reads the slots of a row's own table.
/// </remarks>
public sealed class TorchModelRunner : IModelRunner
{
    private static readonly Scalar s_smallestNorm = 1e-30f;
    private readonly OuroModel _model;
    private readonly StateStore _states;
    private readonly KvStore _kv;
    private readonly BatchLimits _limits;

    /// <summary>Loads a model and reserves the stores. The checkpoint may be closed afterwards.</summary>
    /// <param name="checkpoint">The weights; an Ouro model.</param>
    /// <param name="capacity">Row slots and KV slots to reserve.</param>
    /// <param name="options">Device, type and threads.</param>
    /// <exception cref="NotSupportedException">The model is of another family.</exception>
    /// <exception cref="ArgumentException">An option has no meaning; the message names it.</exception>
    /// <exception cref="InvalidOperationException">The device is not there.</exception>
    public TorchModelRunner(Checkpoint checkpoint, RunnerCapacity capacity, TorchRunnerOptions options)
    {
        var config = checkpoint.Config as OuroConfig
            ?? throw new NotSupportedException(
                $"The torch runner computes Ouro models; the checkpoint holds a {checkpoint.Config.GetType().Name}.");
        var placement = options.ToPlacement();
        if (options.Threads is { } threads)
        {
            set_num_threads(threads);
        }

        Model = Describe(config);
        _limits = new(capacity, Model);
        try
        {
            _model = new(config, placement);
            _model.Load(checkpoint);
            _states = new(capacity.Rows, config.HiddenSize, placement);
            _kv = new(config, capacity.KvSlots, placement);
        }
        catch
        {
            // Most often the device has too little memory.
            _states?.Dispose();
            _model?.Dispose();
            throw;
        }
    }

    /// <summary>What a runner takes of the machine's memory, before it is opened; nothing where a CUDA device has its own.</summary>
    /// <inheritdoc cref="TorchModelRunner(Checkpoint, RunnerCapacity, TorchRunnerOptions)"/>
    public static RunnerMemory MemoryOf(Checkpoint checkpoint, RunnerCapacity capacity, TorchRunnerOptions options)
    {
        if (options.Device != "cpu" || checkpoint.Config is not OuroConfig config)
        {
            return default;
        }

        var size = options.DataType == ElementType.BFloat16 ? sizeof(ushort) : sizeof(float);
        return new(
            2L * config.Layers * (capacity.KvSlots + 1L) * config.KvHeads * config.HeadDimension * size,
            checkpoint.Tensors.Values.Sum(tensor => tensor.ElementCount) * size,
            (long)capacity.Rows * config.HiddenSize * size,
            Mapped: 0);
    }

    /// <inheritdoc/>
    public string Name => "torch";

    /// <inheritdoc/>
    public ModelDescription Model { get; }

    /// <inheritdoc/>
    public void RunLoop(LoopBatch batch, Span<float> gateLogits, Span<float> stateChanges)
    {
        try
        {
            ExecuteLoop(batch, gateLogits, stateChanges);
        }
        catch (ExternalException exception) when (CudaFault.IsFatal(exception))
        {
            throw CudaFault.Lost(exception);
        }
    }

    /// <inheritdoc/>
    public void RunHead(LoopBatch rows, Span<float> logits)
    {
        var rowSlots = new int[rows.Rows.Length];
        for (var row = 0; row < rowSlots.Length; row++)
        {
            rowSlots[row] = rows.Rows[row].RowSlot;
        }

        Download(rowSlots, _model.Head, logits);
    }

    /// <inheritdoc/>
    public void ReadStates(ReadOnlySpan<int> rowSlots, Span<float> states) => Download(rowSlots, state => state, states);

    /// <inheritdoc/>
    /// <remarks>Nothing is kept by sequence: slots are the engine's to give away.</remarks>
    public void Release(int sequence)
    {
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _kv.Dispose();
        _states.Dispose();
        _model.Dispose();
    }

    private void ExecuteLoop(LoopBatch batch, Span<float> gateLogits, Span<float> stateChanges)
    {
        _limits.CheckLoop(batch);
        if (batch.Rows.IsEmpty)
        {
            return;
        }

        using var mode = inference_mode();
        using var scope = NewDisposeScope();

        // Step 1: order the rows by what they attend to, and upload all integers at once.
        var plan = new AttentionGroups(batch);
        var tensors = new TickTensors(batch, plan, _kv.PaddingSlot, _model.Placement.Device);

        // Step 2: rows at loop 1 start from their token's embedding, the others from the state they left.
        if (tensors.FirstLoop is var (firstSlots, tokens))
        {
            _states.Write(firstSlots, _model.Backbone.Embed(tokens));
        }

        var rowSlots = tensors.RowSlots;
        var before = _states.Read(rowSlots);

        // Step 3: one pass through all layers, rows of all sequences, positions and loops together.
        var attention = new SlotAttention(_kv, plan, tensors, _model.Config.Heads / _model.Config.KvHeads, _model.Placement.DataType);
        var after = _model.Backbone.RunLoop(before, _model.Rotary.At(tensors.Positions), attention);
        _states.Write(rowSlots, after);

        // Step 4: only what somebody requests is computed and downloaded.
        if (!gateLogits.IsEmpty)
        {
            Scatter(_model.Backbone.Gate(after), plan, gateLogits);
        }

        if (!stateChanges.IsEmpty)
        {
            var (from, to) = (before.to_type(ScalarType.Float32), after.to_type(ScalarType.Float32));
            // The floor turns 0 / 0 into 0 and lets NaN pass.
            Scatter((to - from).norm(-1) / to.norm(-1).clamp(s_smallestNorm), plan, stateChanges);
            SetInfinityAtFirstLoop(batch.Rows, stateChanges);
        }
    }

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

    private void Download(ReadOnlySpan<int> rowSlots, Func<Tensor, Tensor> read, Span<float> values)
    {
        if (rowSlots.IsEmpty)
        {
            return;
        }

        _limits.CheckRowSlots(rowSlots);
        try
        {
            using var mode = inference_mode();
            using var scope = NewDisposeScope();
            Download(read(_states.Read(tensor(rowSlots.ToArray(), device: _model.Placement.Device))), values);
        }
        catch (ExternalException exception) when (CudaFault.IsFatal(exception))
        {
            throw CudaFault.Lost(exception);
        }
    }

    private static void Download(Tensor tensor, Span<float> values) =>
        MemoryMarshal.Cast<byte, float>(tensor.to(ScalarType.Float32, CPU).contiguous().bytes).CopyTo(values);

    /// <summary>Downloads one value per place of the plan and puts each where its row is in the batch.</summary>
    private static void Scatter(Tensor tensor, AttentionGroups plan, Span<float> values)
    {
        var downloaded = MemoryMarshal.Cast<byte, float>(tensor.to(ScalarType.Float32, CPU).contiguous().bytes);
        for (var place = 0; place < downloaded.Length; place++)
        {
            values[plan.Order[place]] = downloaded[place];
        }
    }

    private static void SetInfinityAtFirstLoop(ReadOnlySpan<LoopRow> rows, Span<float> stateChanges)
    {
        for (var row = 0; row < rows.Length; row++)
        {
            if (rows[row].Loop == 1)
            {
                stateChanges[row] = float.PositiveInfinity;
            }
        }
    }
}
