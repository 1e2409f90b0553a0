namespace LoopLM.Engine.Runners;

/// <summary>Memory of the machine that a runner takes when it opens, in bytes; that of a device of its own is not counted.</summary>
/// <param name="KeysAndValues">For the KV slots.</param>
/// <param name="Weights">For weights that are not used where the file is mapped.</param>
/// <param name="Rows">For the states and activations of the row slots, about.</param>
/// <param name="Mapped">Of weights that are used where the file is mapped: the system may drop them and read them again.</param>
public readonly record struct RunnerMemory(long KeysAndValues, long Weights, long Rows, long Mapped)
{
    /// <summary>All that the system cannot drop.</summary>
    public long Reserved => KeysAndValues + Weights + Rows;
}
