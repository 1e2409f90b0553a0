using LoopLM.Checkpoints;
using LoopLM.Engine.Runners;
using LoopLM.Server.Configuration;

namespace LoopLM.Server.Hosting;

/// <summary>Opens a runner on a checkpoint, which stays open as long as the runner.</summary>
/// <param name="checkpoint">The weights.</param>
/// <param name="capacity">Row slots and KV slots to reserve.</param>
/// <param name="settings">What else it needs to know.</param>
public delegate IModelRunner RunnerOpener(Checkpoint checkpoint, RunnerCapacity capacity, RunnerSettings settings);

/// <summary>What a runner would take of the machine's memory.</summary>
/// <inheritdoc cref="RunnerOpener"/>
/// <exception cref="ArgumentException">It cannot be opened with these settings; the message says what to change.</exception>
public delegate RunnerMemory RunnerMeasure(Checkpoint checkpoint, RunnerCapacity capacity, RunnerSettings settings);

/// <summary>The runners that the server was built with, the default first.</summary>
/// <param name="openers">By the name that <see cref="ModelOptions.Runner"/> gives.</param>
public sealed class Runners(params IReadOnlyList<(string Name, RunnerOpener Open)> openers)
{
    /// <summary>Their names.</summary>
    public IReadOnlyList<string> Names { get; } = [.. openers.Select(runner => runner.Name)];

    /// <summary>What they take of the machine's memory, by name; nothing for those that are not there.</summary>
    public IReadOnlyDictionary<string, RunnerMeasure> Measures { get; init; } = new Dictionary<string, RunnerMeasure>();

    /// <summary>The runner of a name; the default for null.</summary>
    public RunnerOpener this[string? name] => Find(name).Open;

    /// <summary>What the runner of a name would take of the machine's memory; nothing where nobody knows.</summary>
    public RunnerMemory Measure(string? name, Checkpoint checkpoint, RunnerCapacity capacity, RunnerSettings settings) =>
        Measures.TryGetValue(Find(name).Name, out var measure) ? measure(checkpoint, capacity, settings) : default;

    private (string Name, RunnerOpener Open) Find(string? name) => openers.First(runner => name is null || runner.Name == name);
}
