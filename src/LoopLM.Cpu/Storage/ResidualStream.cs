using LoopLM.Cpu.Kernels;

namespace LoopLM.Cpu.Storage;

/// <summary>What blocks of layers read and add to, row by row.</summary>
/// <param name="hidden">The sums, [rows, padded hidden size].</param>
/// <param name="normalised">What goes into a block, and at the end the new state.</param>
internal sealed unsafe class ResidualStream(float* hidden, QuantizedActivations normalised)
{
    /// <summary>The sum of a row.</summary>
    public float* Hidden(int row) => hidden + ((nint)row * normalised.Length);

    /// <summary>What goes into a block, and at the end the new state.</summary>
    public QuantizedActivations Normalised => normalised;
}
