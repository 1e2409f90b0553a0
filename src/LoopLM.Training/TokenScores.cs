namespace LoopLM.Training;

/// <summary>
/// What every loop of a model says of each target of some documents. Arrays of T numbers a target are target by target, loop 1 first.
/// </summary>
/// <param name="Loops">T.</param>
/// <param name="Documents">Document of each target [n].</param>
/// <param name="Indices">Where each target is in the split [n].</param>
/// <param name="Losses">Cross entropy in nats [n, T].</param>
/// <param name="IsCorrect">Whether the target is the likeliest token [n, T].</param>
/// <param name="TopTokens">The likeliest token [n, T].</param>
/// <param name="GateLogits">[n, T].</param>
/// <param name="StateChanges">|h_t - h_(t-1)| / |h_t| of the state that predicts the target [n, T]; +infinity at loop 1.</param>
public sealed record TokenScores(
    int Loops, int[] Documents, int[] Indices, float[] Losses, bool[] IsCorrect, int[] TopTokens, float[] GateLogits, float[] StateChanges)
{
    /// <summary>n.</summary>
    public int Targets => Documents.Length;

    /// <summary>Scores of several batches as one, in their order.</summary>
    /// <param name="loops">T, the same in all of them.</param>
    /// <param name="parts">The batches.</param>
    public static TokenScores Join(int loops, IReadOnlyList<TokenScores> parts)
    {
        return new(
            loops,
            All(part => part.Documents),
            All(part => part.Indices),
            All(part => part.Losses),
            All(part => part.IsCorrect),
            All(part => part.TopTokens),
            All(part => part.GateLogits),
            All(part => part.StateChanges));

        T[] All<T>(Func<TokenScores, T[]> read) => [.. parts.SelectMany(read)];
    }
}
