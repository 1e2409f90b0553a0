using LoopLM.Checkpoints;
using LoopLM.Checkpoints.Safetensors;
using LoopLM.Engine.Runners;

namespace LoopLM.Torch.Runners;

/// <summary>Opens a <see cref="TorchModelRunner"/>.</summary>
public sealed class TorchRunnerFactory : IModelRunnerFactory
{
    private readonly Checkpoint _checkpoint;
    private readonly TorchRunnerOptions _options;

    /// <summary>Checks what can be checked without loading libtorch.</summary>
    /// <param name="checkpoint">The weights. It must stay open until the runners are open.</param>
    /// <param name="settings">How to compute.</param>
    /// <exception cref="ArgumentException">A setting cannot be met; the message names it.</exception>
    public TorchRunnerFactory(Checkpoint checkpoint, RunnerSettings settings)
    {
        _checkpoint = checkpoint;
        _options = new()
        {
            Device = settings.Device,
            DataType = settings.Weights switch
            {
                "auto" => null,
                "float32" => ElementType.Float32,
                "bfloat16" => ElementType.BFloat16,
                _ => throw new ArgumentException(
                    $"{nameof(settings.Weights)} is {settings.Weights}; the torch runner has auto, float32 and bfloat16. "
                    + "Choose one of them, or the cpu runner."),
            },
            Threads = settings.Threads,
        };
        _options.Check();
        Threads = settings.Threads ?? Environment.ProcessorCount;
        Weights = _options.ElementType == ElementType.BFloat16 ? "bfloat16" : "float32";
    }

    /// <inheritdoc/>
    public string Weights { get; }

    /// <inheritdoc/>
    public int Threads { get; }

    /// <inheritdoc/>
    public RunnerMemory MemoryOf(RunnerCapacity capacity) => TorchModelRunner.MemoryOf(_checkpoint, capacity, _options);

    /// <inheritdoc/>
    public IModelRunner Open(RunnerCapacity capacity) => new TorchModelRunner(_checkpoint, capacity, _options);
}
