namespace LoopLM.Engine.Runners;

/// <summary>
/// What computes a looped model: the one interface between scheduling and numbers. Nothing above it sees a tensor, nothing below it knows a queue.
/// One thread opens, calls and disposes a runner. A call that throws leaves the rows of that batch undefined and all other rows intact,
/// unless it throws <see cref="DeviceLostException"/>.
/// </summary>
public interface IModelRunner : IDisposable
{
    /// <summary>Name for logs, metrics and reports, e.g. <c>torch</c> or <c>cpu</c>.</summary>
    string Name { get; }

    /// <summary>The model that is loaded.</summary>
    ModelDescription Model { get; }

    /// <summary>
    /// Runs one loop of every row: h = Norm(Layers(h)). At loop 1 h is the token's embedding, later the state in the row's slot, where the new state is left.
    /// </summary>
    /// <param name="batch">The rows and what each attends to.</param>
    /// <param name="gateLogits">Receives the gate logit of each row; empty where nobody asks.</param>
    /// <param name="stateChanges">Receives |h_t - h_(t-1)| / |h_t| (Euclidean norms) of each row, 0 where both are 0, +infinity at loop 1; empty where nobody asks.</param>
    void RunLoop(LoopBatch batch, Span<float> gateLogits, Span<float> stateChanges);

    /// <summary>Applies the head to the states in some row slots.</summary>
    /// <param name="rowSlots">N row slots.</param>
    /// <param name="logits">Receives N x VocabularySize logits, row by row.</param>
    void RunHead(ReadOnlySpan<int> rowSlots, Span<float> logits);

    /// <summary>Reads the states in some row slots: the normalised output of the last loop of each.</summary>
    /// <param name="rowSlots">N row slots.</param>
    /// <param name="states">Receives N x HiddenSize values, row by row.</param>
    void ReadStates(ReadOnlySpan<int> rowSlots, Span<float> states);

    /// <summary>Forgets what the runner keeps of a sequence, which is over. Its KV slots and row slots may be given to others. It does not throw.</summary>
    void Release(int sequence);
}
