using System.Collections;
using System.Numerics;

namespace LoopLM.Jinja.Execution;

/// <summary>The numbers of a range, made when they are read.</summary>
/// <param name="start">The first.</param>
/// <param name="stop">Where they end; it is not one of them.</param>
/// <param name="step">From one to the next; not zero.</param>
internal sealed class RangeItems(BigInteger start, BigInteger stop, BigInteger step) : IReadOnlyList<JinjaValue>
{
    public (BigInteger Start, BigInteger Stop, BigInteger Step) Bounds => (start, stop, step);

    /// <summary>How many there are, at most <see cref="int.MaxValue"/>.</summary>
    public int Count { get; } = (int)BigInteger.Clamp((stop - start + step - step.Sign) / step, 0, int.MaxValue);

    public JinjaValue this[int index] => JinjaValue.Of(start + (index * step));

    /// <summary>The numbers at the positions of a slice.</summary>
    public RangeItems Slice(BigInteger? from, BigInteger? to, BigInteger stride)
    {
        var (lowest, highest) = stride.Sign > 0 ? (0, Count) : (-1, Count - 1);
        var first = from is { } given ? Positions.Clamp(given, Count, lowest, highest) : stride.Sign > 0 ? lowest : highest;
        var last = to is { } end ? Positions.Clamp(end, Count, lowest, highest) : stride.Sign > 0 ? highest : lowest;
        return new(start + (first * step), start + (last * step), step * stride);
    }

    public IEnumerator<JinjaValue> GetEnumerator() => Enumerable.Range(0, Count).Select(i => this[i]).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
