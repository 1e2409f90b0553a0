namespace LoopLM.Tools.Data.Tasks;

/// <summary>Sums of two numbers, <c>347+85</c>. The digits of each number are counted first, so that short numbers are not rare.</summary>
internal sealed class SumTask : ITask
{
    private readonly (int Low, int High) _digits;

    /// <summary>Creates the task.</summary>
    /// <param name="digits">Digits of each number, 1 to 9.</param>
    /// <exception cref="FormatException">They are out of range.</exception>
    public SumTask((int Low, int High) digits) =>
        _digits = digits is { Low: >= 1, High: <= 9 }
            ? digits
            : throw new FormatException($"sum: digits is {digits.Low}-{digits.High}; it must be within 1-9.");

    /// <inheritdoc/>
    public Problem Draw(Random random)
    {
        var (a, b) = (Number(random), Number(random));
        return new($"{a}+{b}", $"{a + b}", IsFact: a < 10 && b < 10);
    }

    private long Number(Random random)
    {
        var digits = random.Next(_digits.Low, _digits.High + 1);
        var least = digits == 1 ? 0 : (long)Math.Pow(10, digits - 1);
        return random.NextInt64(least, (long)Math.Pow(10, digits));
    }
}
