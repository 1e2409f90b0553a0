using LoopLM.Engine.Runners;

namespace LoopLM.Testing;

/// <summary>Opens what a test gives it.</summary>
/// <param name="open">Opens a runner.</param>
/// <param name="memory">What it says that a runner takes.</param>
public sealed class TestRunnerFactory(Func<RunnerCapacity, IModelRunner> open, RunnerMemory memory = default) : IModelRunnerFactory
{
    public string Weights { get; init; } = "float32";

    public int Threads => 1;

    public RunnerMemory MemoryOf(RunnerCapacity capacity) => memory;

    public IModelRunner Open(RunnerCapacity capacity) => open(capacity);
}
