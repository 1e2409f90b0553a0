namespace LoopLM.Tools.Parity;

/// <summary>How far computed numbers are from the reference's.</summary>
/// <param name="Tensor">What is compared.</param>
/// <param name="LargestError">The largest absolute difference; NaN where a number is NaN.</param>
/// <param name="Outside">How many numbers differ by more than <see cref="Tolerance"/> absolutely plus as much relatively.</param>
internal sealed record TensorError(string Tensor, double LargestError, int Outside)
{
    /// <summary>Largest difference that float32 arithmetic excuses, absolute and relative.</summary>
    public const double Tolerance = 2e-4;

    public static TensorError Between(string tensor, ReadOnlySpan<float> computed, ReadOnlySpan<float> reference)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(computed.Length, reference.Length);
        var (largest, outside) = (0.0, 0);
        for (var i = 0; i < computed.Length; i++)
        {
            var error = Math.Abs((double)computed[i] - reference[i]);
            largest = double.IsNaN(error) || error > largest ? error : largest;
            if (!(error <= Tolerance + (Tolerance * Math.Abs((double)reference[i]))))
            {
                outside++;
            }
        }

        return new TensorError(tensor, largest, outside);
    }
}
