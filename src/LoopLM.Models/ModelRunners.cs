using LoopLM.Checkpoints;
using LoopLM.Cpu.Runners;
using LoopLM.Engine.Runners;
using LoopLM.Torch.Runners;

namespace LoopLM.Models;

/// <summary>Makes what opens runners on a checkpoint.</summary>
/// <param name="checkpoint">The weights. It must stay open until the runners are disposed.</param>
/// <param name="settings">How to compute.</param>
/// <exception cref="ArgumentException">A setting cannot be met; the message names it.</exception>
public delegate IModelRunnerFactory RunnerFactoryProvider(Checkpoint checkpoint, RunnerSettings settings);

/// <summary>The runners that there are, by name, the default first.</summary>
/// <param name="providers">At least one to open a model.</param>
public sealed class ModelRunners(params IReadOnlyList<(string Name, RunnerFactoryProvider Provide)> providers)
{
    /// <summary>Those of this library: <c>cpu</c> and <c>torch</c>.</summary>
    public static ModelRunners BuiltIn { get; } = new(
        ("cpu", (checkpoint, settings) => new CpuRunnerFactory(checkpoint, settings)),
        ("torch", (checkpoint, settings) => new TorchRunnerFactory(checkpoint, settings)));

    /// <summary>Their names.</summary>
    public IReadOnlyList<string> Names { get; } = [.. providers.Select(provider => provider.Name)];

    /// <summary>Makes what opens a runner on a checkpoint.</summary>
    /// <param name="name">One of <see cref="Names"/>; null for the default.</param>
    /// <param name="checkpoint">The weights.</param>
    /// <param name="settings">How the runner computes.</param>
    /// <inheritdoc cref="RunnerFactoryProvider"/>
    public IModelRunnerFactory FactoryOf(string? name, Checkpoint checkpoint, RunnerSettings settings) =>
        providers.First(provider => name is null || provider.Name == name).Provide(checkpoint, settings);
}
