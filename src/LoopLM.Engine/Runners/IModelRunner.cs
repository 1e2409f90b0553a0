namespace LoopLM.Engine.Runners;

/// <summary>
/// What computes a looped model: the one interface between scheduling and numbers. Nothing above it sees a tensor, nothing below it
/// knows a queue. One thread opens, calls and disposes a runner. A call that throws leaves the rows of that batch undefined and all
/// other rows intact, unless it throws <see cref="DeviceLostException"/>.
/// </summary>
public interface IModelRunner : IDisposable
{
    /// <summary>Name for logs, metrics and reports, e.g. <c>torch</c> or <c>cpu</c>.</summary>
    string Name { get; }

    /// <summary>The model that is loaded.</summary>
    ModelDescription Model { get; }

    /// <summary>
    /// Runs one loop of the core over every row. Loop 1 begins with the token's embedding and, where the model has one, the prelude.
    /// A later loop begins with the state in the row's slot, where the new state is left.
    /// </summary>
    /// <param name="batch">The rows and what each attends to.</param>
    /// <param name="gateLogits">Receives the gate logit of each row; empty where it is not read, and for models without a gate.</param>
    /// <param name="stateChanges">
    /// Receives |h_t - h_(t-1)| / |h_t| (Euclidean norms) of each row, 0 where both are 0, +infinity at loop 1; empty where it is not read.
    /// </param>
    void RunLoop(LoopBatch batch, Span<float> gateLogits, Span<float> stateChanges);

    /// <summary>Applies the coda, where the model has one, and the head to the states of rows. The states stay as they are.</summary>
    /// <param name="rows">N rows, each with the loop that it ran last; its <see cref="LoopBatch.PositionSlots"/> are the coda's.</param>
    /// <param name="logits">Receives N x VocabularySize logits, row by row.</param>
    void RunHead(LoopBatch rows, Span<float> logits);

    /// <summary>Reads the states in some row slots: the output of the last loop of each.</summary>
    /// <param name="rowSlots">N row slots.</param>
    /// <param name="states">Receives N x HiddenSize values, row by row.</param>
    void ReadStates(ReadOnlySpan<int> rowSlots, Span<float> states);

    /// <summary>
    /// Forgets what the runner keeps of a sequence, which is over. Its KV slots and row slots may be given to others. It does not throw.
    /// </summary>
    void Release(int sequence);
}
