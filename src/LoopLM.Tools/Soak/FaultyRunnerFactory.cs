using LoopLM.Engine.Runners;

namespace LoopLM.Tools.Soak;

/// <summary>Opens a <see cref="FaultyRunner"/>.</summary>
/// <param name="vocabularySize">Tokens.</param>
/// <param name="opened">Receives the runner.</param>
internal sealed class FaultyRunnerFactory(int vocabularySize, Action<FaultyRunner> opened) : IModelRunnerFactory
{
    /// <inheritdoc/>
    public string Weights => "float32";

    /// <inheritdoc/>
    public int Threads => 1;

    /// <inheritdoc/>
    public RunnerMemory MemoryOf(RunnerCapacity capacity) => default;

    /// <inheritdoc/>
    public IModelRunner Open(RunnerCapacity capacity)
    {
        var runner = new FaultyRunner(vocabularySize, capacity);
        opened(runner);
        return runner;
    }
}
