namespace LoopLM.Benchmarks.Attention;

/// <summary>What a batch holds.</summary>
/// <param name="Requests">Requests.</param>
/// <param name="Rows">Rows of each: 1 while it generates.</param>
/// <param name="Positions">Positions that the last row of a request sees.</param>
public readonly record struct BatchShape(int Requests, int Rows, int Positions)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Requests} x {Rows} of {Positions}";
}
