using LoopLM.Cpu.Threading;

namespace LoopLM.Cpu.Kernels;

/// <summary>The weights [outputs, inputs] of a linear layer without bias, as some instruction set and storage multiply them.</summary>
internal abstract unsafe class WeightMatrix
{
    // Parts of a matrix begin where a cache line of its result does.
    private const int Grain = 16;

    /// <summary>Number of outputs.</summary>
    public required int Outputs { get; init; }

    /// <summary>
    /// Computes some outputs of some rows: y[r, o] = sum over i of w[o, i] x[r, i].
    /// The sum runs in one order, whatever rows and outputs are computed with it.
    /// </summary>
    /// <param name="inputs">x, quantised where it must be.</param>
    /// <param name="rows">Rows, from 0.</param>
    /// <param name="outputs">y: its first row, at output 0.</param>
    /// <param name="outputStride">Floats from one row of y to the next.</param>
    /// <param name="first">The first output to compute.</param>
    /// <param name="end">After the last one.</param>
    public abstract void Multiply(QuantizedActivations inputs, int rows, float* outputs, nint outputStride, int first, int end);

    /// <summary>
    /// Computes all outputs of some rows together with the other threads of a team. Each of them calls it once between two barriers.
    /// </summary>
    /// <param name="team">The team.</param>
    /// <param name="thread">The thread that calls.</param>
    /// <param name="inputs">x, quantised where it must be.</param>
    /// <param name="rows">Rows, from 0.</param>
    /// <param name="outputs">y: its first row, at output 0.</param>
    /// <param name="outputStride">Floats from one row of y to the next.</param>
    public void MultiplyTogether(ThreadTeam team, int thread, QuantizedActivations inputs, int rows, float* outputs, nint outputStride)
    {
        foreach (var chunk in team.Chunks(thread, Outputs, Grain, inputs.ChunkOutputs))
        {
            Multiply(inputs, rows, outputs, outputStride, chunk.First, chunk.End);
        }
    }

    /// <summary>Rows that stay in a cache while the weights pass by: a multiple of the rows of a tile.</summary>
    /// <param name="capacity">What the cache holds of them.</param>
    /// <param name="rowLength">What one row takes, in the same unit.</param>
    /// <param name="tileRows">Rows of a tile.</param>
    protected static int BlockRows(int capacity, int rowLength, int tileRows) =>
        Math.Max(tileRows, capacity / rowLength / tileRows * tileRows);
}
