namespace LoopLM.Cpu.Weights;

/// <summary>The weights [outputs, inputs] of a linear layer without bias, as some instruction set and storage multiply them.</summary>
internal abstract unsafe class WeightMatrix
{
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
    /// <param name="end">Behind the last one.</param>
    public abstract void Multiply(InputRows inputs, int rows, float* outputs, nint outputStride, int first, int end);
}
