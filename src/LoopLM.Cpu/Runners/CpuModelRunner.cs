using LoopLM.Checkpoints;
using LoopLM.Checkpoints.Configuration;
using LoopLM.Cpu.Attention;
using LoopLM.Cpu.Memory;
using LoopLM.Cpu.Ouro;
using LoopLM.Cpu.Simd;
using LoopLM.Cpu.Threading;
using LoopLM.Cpu.Weights;
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
    private readonly OuroWeights _weights;
    private readonly KvPool _pool;
    private readonly Activations _activations;
    private readonly RotaryTable _rotary;
    private readonly ThreadTeam _team;
    private readonly LoopPass _loopPass;
    private readonly HeadPass _headPass;

    /// <summary>Prepares the weights and reserves the stores.</summary>
    /// <param name="checkpoint">The weights; an Ouro model. It must stay open until the runner is disposed.</param>
    /// <param name="capacity">Row slots and KV slots to reserve.</param>
    /// <param name="options">Weight and KV types, threads.</param>
    /// <exception cref="NotSupportedException">The model is of another family.</exception>
    /// <exception cref="ArgumentException">An option or the capacity cannot be met; the message says what to change.</exception>
    /// <exception cref="DeviceLostException">A file of the weights was cut short meanwhile.</exception>
    public CpuModelRunner(Checkpoint checkpoint, RunnerCapacity capacity, CpuRunnerOptions options)
    {
        var config = ConfigOf(checkpoint);
        options.Check();
        var kernels = Kernels.Of(options.Instructions ?? Kernels.Best);
        var loader = new WeightLoader(checkpoint, options.Weights, kernels);
        var kv = TypeOf(options.Kv, loader);
        CheckMemory(MemoryOf(checkpoint, capacity, options), capacity, kv, loader);
        var threads = options.Threads ?? Environment.ProcessorCount;
        Model = Describe(config);
        Instructions = kernels.Instructions;
        _checkpoint = checkpoint;
        _limits = new(capacity, Model);
        CpuRunnerLog.Opened(options.Logger, Instructions, kernels.ByteProducts, threads, loader.Type, kv);
        _weights = new(checkpoint, config, loader, options.Logger);
        _pool = new(config.Layers, config.KvHeads, config.HeadDimension, capacity.KvSlots, kv);
        _activations = new(config, kernels, _weights.Type, capacity.Rows, threads, BatchAttention.Lanes(config), _limits.Positions);
        _rotary = new(config.HeadDimension, config.RopeTheta, capacity.Rows);
        _team = new(threads);
        _loopPass = new(config, _weights, kernels, _team, _activations, _pool, _rotary);
        _headPass = new(_weights.Head, _team, _activations);
        CheckWeights();
    }

    /// <summary>What a runner takes of the machine's memory, before it is opened.</summary>
    /// <inheritdoc cref="CpuModelRunner(Checkpoint, RunnerCapacity, CpuRunnerOptions)"/>
    public static RunnerMemory MemoryOf(Checkpoint checkpoint, RunnerCapacity capacity, CpuRunnerOptions options)
    {
        var config = ConfigOf(checkpoint);
        options.Check();
        using var loader = new WeightLoader(checkpoint, options.Weights, Kernels.Of(options.Instructions ?? Kernels.Best));
        return new(
            KvPool.Size(config.Layers, config.KvHeads, config.HeadDimension, capacity.KvSlots, TypeOf(options.Kv, loader)),
            loader.CopiedBytes,
            Activations.Size(config, capacity.Rows, options.Threads ?? Environment.ProcessorCount, BatchAttention.Lanes(config), Math.Min(config.ContextLength, capacity.KvSlots)),
            loader.MappedBytes);
    }

    /// <inheritdoc/>
    public string Name => "cpu";

    /// <inheritdoc/>
    public ModelDescription Model { get; }

    /// <summary>The vector instructions in use.</summary>
    public InstructionSet Instructions { get; }

    /// <summary>How the matrices are held; never <see cref="WeightType.Auto"/>.</summary>
    public WeightType Weights => _weights.Type;

    /// <summary>Threads in use, the caller's included.</summary>
    public int Threads => _team.Size;

    /// <inheritdoc/>
    public void RunLoop(LoopBatch batch, Span<float> gateLogits, Span<float> stateChanges)
    {
        _limits.Check(batch);
        if (!batch.Rows.IsEmpty)
        {
            _loopPass.Run(batch, gateLogits, stateChanges);
            CheckWeights();
        }
    }

    /// <inheritdoc/>
    public void RunHead(ReadOnlySpan<int> rowSlots, Span<float> logits)
    {
        _limits.Check(rowSlots);
        if (!rowSlots.IsEmpty)
        {
            _headPass.Run(rowSlots, logits[..checked(rowSlots.Length * Model.VocabularySize)]);
            CheckWeights();
        }
    }

    /// <inheritdoc/>
    public unsafe void ReadStates(ReadOnlySpan<int> rowSlots, Span<float> states)
    {
        _limits.Check(rowSlots);
        for (var row = 0; row < rowSlots.Length; row++)
        {
            new ReadOnlySpan<float>(_activations.States + ((nint)rowSlots[row] * _activations.HiddenLength), Model.HiddenSize)
                .CopyTo(states[(row * Model.HiddenSize)..]);
        }
    }

    /// <inheritdoc/>
    /// <remarks>Nothing is kept by sequence: slots are the engine's to give away.</remarks>
    public void Release(int sequence)
    {
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _team.Dispose();
        _rotary.Dispose();
        _activations.Dispose();
        _pool.Dispose();
        _weights.Dispose();
    }

    /// <summary>Nothing may be told that was computed with zeros in the place of weights.</summary>
    private void CheckWeights()
    {
        for (var i = 0; i < _checkpoint.Files.Count; i++)
        {
            if (_checkpoint.Files[i].IsDamaged)
            {
                throw new DeviceLostException(
                    $"{_checkpoint.Files[i].Watched.Path} was cut short, or cannot be read any more. Put the whole file there and start again.");
            }
        }
    }

    private static ModelDescription Describe(OuroConfig config) => new()
    {
        VocabularySize = config.VocabularySize,
        HiddenSize = config.HiddenSize,
        Loops = config.Loops,
        ExitThreshold = config.EarlyExitThreshold,
        ContextLength = config.ContextLength,
        HeadCost = config.HeadCost,
    };

    private static OuroConfig ConfigOf(Checkpoint checkpoint) => checkpoint.Config as OuroConfig
        ?? throw new NotSupportedException($"The cpu runner computes Ouro models; the checkpoint holds a {checkpoint.Config.GetType().Name}.");

    private static KvType TypeOf(KvType asked, WeightLoader weights) =>
        asked != KvType.Auto ? asked : weights.PackedType is null ? KvType.Float32 : KvType.BFloat16;

    private static void CheckMemory(RunnerMemory needed, RunnerCapacity capacity, KvType type, WeightLoader weights)
    {
        const double Gibibyte = 1 << 30;
        var available = HostMemory.Read().Total;
        if (needed.Reserved > available)
        {
            throw new ArgumentException(
                $"{capacity.KvSlots} KV slots in {type} take {needed.KeysAndValues / Gibibyte:F1} GiB and weights that are converted to {weights.Type} {needed.Weights / Gibibyte:F1}; the machine has {available / Gibibyte:F1}. Ask for fewer slots"
                + $"{(type == KvType.Float32 ? ", for keys and values in bfloat16" : "")}{(needed.Weights > 0 ? ", or for weights as the file has them, which may be packed ahead" : "")}.",
                nameof(capacity));
        }
    }
}
