using LoopLM.Checkpoints;
using LoopLM.Cpu.Formats;
using LoopLM.Cpu.Storage;
using LoopLM.Engine.Runners;

namespace LoopLM.Cpu.Runners;

/// <summary>Opens a <see cref="CpuModelRunner"/>.</summary>
public sealed class CpuRunnerFactory : IModelRunnerFactory
{
    private readonly Checkpoint _checkpoint;
    private readonly CpuRunnerOptions _options;

    /// <summary>Checks what can be checked without reading weights.</summary>
    /// <param name="checkpoint">The weights. It must stay open until the runners are disposed.</param>
    /// <param name="settings">How to compute.</param>
    /// <exception cref="ArgumentException">A setting cannot be met; the message names it.</exception>
    public CpuRunnerFactory(Checkpoint checkpoint, RunnerSettings settings)
    {
        _options = new()
        {
            Weights = Parse<WeightType>(nameof(settings.Weights), settings.Weights),
            Kv = Parse<KvType>(nameof(settings.Kv), settings.Kv),
            Threads = settings.Threads,
            Logger = settings.Logger,
        };
        _options.Check();
        _checkpoint = checkpoint;
        Weights = NameOf(WeightLoader.TypeOf(checkpoint, _options.Weights));
    }

    /// <inheritdoc/>
    public string Weights { get; }

    /// <inheritdoc/>
    public int Threads => _options.ThreadCount;

    /// <inheritdoc/>
    public RunnerMemory MemoryOf(RunnerCapacity capacity) => CpuModelRunner.MemoryOf(_checkpoint, capacity, _options);

    /// <inheritdoc/>
    public IModelRunner Open(RunnerCapacity capacity) => new CpuModelRunner(_checkpoint, capacity, _options);

    private static TEnum Parse<TEnum>(string setting, string name)
        where TEnum : struct, Enum
    {
        foreach (var value in Enum.GetValues<TEnum>())
        {
            if (NameOf(value) == name)
            {
                return value;
            }
        }

        var names = string.Join(", ", Enum.GetValues<TEnum>().Select(NameOf));
        throw new ArgumentException($"{setting} is '{name}'; the cpu runner has {names}.");
    }

    private static string NameOf<TEnum>(TEnum value)
        where TEnum : struct, Enum => value.ToString().ToLowerInvariant();
}
