using System.Runtime.Intrinsics;
using LoopLM.Torch.Kernels;

namespace LoopLM.Training.Kernels;

/// <summary>L = log(sum(exp(z))) - z[target], row by row, in float32.</summary>
internal static unsafe class CrossEntropyKernel<T, TLanes>
    where T : unmanaged
    where TLanes : ILanes<T>
{
    /// <param name="logits">z [rows, size].</param>
    /// <param name="targets">[rows], each below size.</param>
    /// <param name="losses">[rows].</param>
    /// <param name="logSums">log(sum(exp(z))) [rows], which <see cref="Backward"/> needs again.</param>
    /// <param name="rows">Targets.</param>
    /// <param name="size">Length of the vocabulary.</param>
    public static void Forward(T* logits, long* targets, float* losses, float* logSums, long rows, long size)
    {
        var tail = stackalloc T[ILanes<T>.Count];
        var whole = size / ILanes<T>.Count * ILanes<T>.Count;
        for (var row = 0L; row < rows; row++, logits += size)
        {
            ReadTail(logits, whole, size, tail);
            var (top, sum) = (Vector512.Create(float.NegativeInfinity), Vector512<float>.Zero);
            for (var i = 0L; i <= whole; i += ILanes<T>.Count)
            {
                var (a, b) = TLanes.Load(i < whole ? logits + i : tail);
                top = Vector512.MaxNative(top, Vector512.MaxNative(a, b));
            }

            var highest = Reduction.Largest(top);
            var shift = Vector512.Create(highest);
            for (var i = 0L; i <= whole; i += ILanes<T>.Count)
            {
                var (a, b) = TLanes.Load(i < whole ? logits + i : tail);
                sum += Exponential.Of(a - shift) + Exponential.Of(b - shift);
            }

            logSums[row] = highest + MathF.Log(Vector512.Sum(sum));
            losses[row] = logSums[row] - TLanes.Widen(logits[targets[row]]);
        }
    }

    /// <summary>dz = dL (softmax(z) - onehot(target)).</summary>
    public static void Backward(T* logits, long* targets, float* logSums, float* dLosses, T* dLogits, long rows, long size)
    {
        var tail = stackalloc T[ILanes<T>.Count];
        var tailGradient = stackalloc T[ILanes<T>.Count];
        var whole = size / ILanes<T>.Count * ILanes<T>.Count;
        for (var row = 0L; row < rows; row++, logits += size, dLogits += size)
        {
            ReadTail(logits, whole, size, tail);
            var (shift, scale) = (Vector512.Create(logSums[row]), Vector512.Create(dLosses[row]));
            for (var i = 0L; i <= whole; i += ILanes<T>.Count)
            {
                var (a, b) = TLanes.Load(i < whole ? logits + i : tail);
                TLanes.Store(i < whole ? dLogits + i : tailGradient, scale * Exponential.Of(a - shift), scale * Exponential.Of(b - shift));
            }

            new ReadOnlySpan<T>(tailGradient, (int)(size - whole)).CopyTo(new Span<T>(dLogits + whole, (int)(size - whole)));
            var target = targets[row];
            dLogits[target] = TLanes.Narrow(dLosses[row] * (MathF.Exp(TLanes.Widen(logits[target]) - logSums[row]) - 1));
        }
    }

    /// <summary>What is left of a row after its whole blocks, filled up with logits of no weight.</summary>
    private static void ReadTail(T* logits, long whole, long size, T* tail)
    {
        var nothing = Vector512.Create(float.NegativeInfinity);
        TLanes.Store(tail, nothing, nothing);
        new ReadOnlySpan<T>(logits + whole, (int)(size - whole)).CopyTo(new Span<T>(tail, ILanes<T>.Count));
    }
}
