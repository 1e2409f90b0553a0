namespace LoopLM.Engine.Runners;

/// <summary>Opens runners on one checkpoint. Before any weight is read it says how they compute and what they take.</summary>
public interface IModelRunnerFactory
{
    /// <summary>How a runner holds matrices: <c>float32</c>, <c>bfloat16</c>, <c>int8</c> or <c>int4</c>.</summary>
    string Weights { get; }

    /// <summary>Threads that compute, from 1.</summary>
    int Threads { get; }

    /// <summary>What a runner takes of the machine's memory.</summary>
    /// <param name="capacity">Row slots and KV slots.</param>
    /// <exception cref="NotSupportedException">The runner does not compute this family of models.</exception>
    RunnerMemory MemoryOf(RunnerCapacity capacity);

    /// <summary>Opens a runner. The checkpoint must stay open until the runner is disposed.</summary>
    /// <param name="capacity">Row slots and KV slots to reserve.</param>
    /// <exception cref="NotSupportedException">The runner does not compute this family of models.</exception>
    /// <exception cref="ArgumentException">The capacity cannot be met; the message says what to change.</exception>
    /// <exception cref="InvalidOperationException">The device is not there.</exception>
    IModelRunner Open(RunnerCapacity capacity);
}
