using LoopLM.Checkpoints;
using LoopLM.Cpu.Formats;
using LoopLM.Cpu.Kernels;
using LoopLM.Cpu.Ouro;
using LoopLM.Cpu.Simd;
using LoopLM.Cpu.Storage;
using LoopLM.Engine.Runners;

namespace LoopLM.Cpu.Runners;

/// <summary>Runs Ouro models on the processor with vector instructions, without a native library.</summary>
/// <remarks>
/// A row's numbers are the same to the bit whatever else is in the batch, in which chunks its prompt came, and on how many threads it ran.
/// Weights are read where the checkpoint is mapped, as far as possible: whoever opened the checkpoint closes it, after the runner.
/// A NaN stays in its sequence: rows meet in no sum, and attention reads the slots of a row's own table.
/// </remarks>
public sealed class CpuModelRunner : IModelRunner
{
    private readonly Checkpoint _checkpoint;
    private readonly BatchLimits _limits;
    private readonly OuroModel _model;

    /// <summary>Prepares the weights and reserves the stores.</summary>
    /// <param name="checkpoint">The weights; an Ouro model. It must stay open until the runner is disposed.</param>
    /// <param name="capacity">Row slots and KV slots to reserve.</param>
    /// <param name="options">Weight and KV types, threads.</param>
    /// <exception cref="NotSupportedException">The model is of another family.</exception>
    /// <exception cref="ArgumentException">An option or the capacity cannot be met; the message says what to change.</exception>
    /// <exception cref="DeviceLostException">A file of the weights was cut short meanwhile.</exception>
    public CpuModelRunner(Checkpoint checkpoint, RunnerCapacity capacity, CpuRunnerOptions options)
    {
        options.Check();
        var kernels = VectorKernels.Of(options.Instructions ?? VectorKernels.Best);
        var loader = new WeightLoader(checkpoint, options.Weights, kernels);
        var kv = TypeOf(options.Kv, loader);
        Threads = options.ThreadCount;
        CheckMemory(OuroModel.MemoryOf(checkpoint, loader, capacity, kv, Threads), capacity, kv, loader);
        CpuRunnerLog.Opened(options.Logger, kernels.Instructions, kernels.ByteProducts, Threads, loader.Type, kv);
        _checkpoint = checkpoint;
        (Instructions, Weights) = (kernels.Instructions, loader.Type);
        _model = new(checkpoint, loader, kernels, capacity, kv, Threads, options.Logger);
        _limits = new(capacity, Model);
        CheckWeights();
    }

    /// <summary>What a runner takes of the machine's memory, before it is opened.</summary>
    /// <inheritdoc cref="CpuModelRunner(Checkpoint, RunnerCapacity, CpuRunnerOptions)"/>
    public static RunnerMemory MemoryOf(Checkpoint checkpoint, RunnerCapacity capacity, CpuRunnerOptions options)
    {
        options.Check();
        using var loader = new WeightLoader(checkpoint, options.Weights, VectorKernels.Of(options.Instructions ?? VectorKernels.Best));
        return OuroModel.MemoryOf(checkpoint, loader, capacity, TypeOf(options.Kv, loader), options.ThreadCount);
    }

    /// <inheritdoc/>
    public string Name => "cpu";

    /// <inheritdoc/>
    public ModelDescription Model => _model.Description;

    /// <summary>The vector instructions in use.</summary>
    public InstructionSet Instructions { get; }

    /// <summary>How the matrices are held; never <see cref="WeightType.Auto"/>.</summary>
    public WeightType Weights { get; }

    /// <summary>Threads in use, the caller's included.</summary>
    public int Threads { get; }

    /// <inheritdoc/>
    public void RunLoop(LoopBatch batch, Span<float> gateLogits, Span<float> stateChanges)
    {
        _limits.CheckLoop(batch);
        if (!batch.Rows.IsEmpty)
        {
            _model.RunLoop(batch, gateLogits, stateChanges);
            CheckWeights();
        }
    }

    /// <inheritdoc/>
    public void RunHead(LoopBatch rows, Span<float> logits)
    {
        _limits.CheckHead(rows);
        if (!rows.Rows.IsEmpty)
        {
            _model.RunHead(rows.Rows, logits[..checked(rows.Rows.Length * Model.VocabularySize)]);
            CheckWeights();
        }
    }

    /// <inheritdoc/>
    public void ReadStates(ReadOnlySpan<int> rowSlots, Span<float> states)
    {
        _limits.CheckRowSlots(rowSlots);
        for (var row = 0; row < rowSlots.Length; row++)
        {
            _model.State(rowSlots[row]).CopyTo(states[(row * Model.HiddenSize)..]);
        }
    }

    /// <inheritdoc/>
    /// <remarks>Nothing is kept by sequence: slots are the engine's to give away.</remarks>
    public void Release(int sequence)
    {
    }

    /// <inheritdoc/>
    public void Dispose() => _model.Dispose();

    /// <summary>Nothing may be published that was computed with zeros in the place of weights.</summary>
    private void CheckWeights()
    {
        for (var i = 0; i < _checkpoint.Files.Count; i++)
        {
            if (_checkpoint.Files[i].IsDamaged)
            {
                throw new DeviceLostException(
                    $"{_checkpoint.Files[i].Watched.Path} was cut short, or cannot be read any more. "
                        + "Put the whole file there and start again.");
            }
        }
    }

    private static KvType TypeOf(KvType asked, WeightLoader weights) =>
        asked != KvType.Auto ? asked : weights.PackedType is null ? KvType.Float32 : KvType.BFloat16;

    private static void CheckMemory(RunnerMemory needed, RunnerCapacity capacity, KvType type, WeightLoader weights)
    {
        const double Gibibyte = 1 << 30;
        var available = HostMemory.Read().Total;
        if (needed.Reserved > available)
        {
            throw new ArgumentException(
                $"{capacity.KvSlots} KV slots in {type} take {needed.KeysAndValues / Gibibyte:F1} GiB and weights that are converted to "
                + $"{weights.Type} {needed.Weights / Gibibyte:F1}; the machine has {available / Gibibyte:F1}. Request fewer slots"
                + (type == KvType.Float32 ? ", for keys and values in bfloat16" : "")
                + (needed.Weights > 0 ? ", or for weights as the file has them, which may be packed ahead" : "") + ".",
                nameof(capacity));
        }
    }
}
