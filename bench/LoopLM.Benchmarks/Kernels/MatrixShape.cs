namespace LoopLM.Benchmarks.Kernels;

/// <summary>A matrix of a model.</summary>
/// <param name="Name">Model and layer.</param>
/// <param name="Outputs">Number of outputs.</param>
/// <param name="Inputs">Number of inputs, a whole number of blocks.</param>
public sealed record MatrixShape(string Name, int Outputs, int Inputs)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Name} [{Outputs},{Inputs}]";
}
