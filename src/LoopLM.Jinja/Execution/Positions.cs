using System.Numerics;

namespace LoopLM.Jinja.Execution;

/// <summary>Positions in a list or a text as Python counts them: from the end where negative, and a text's in code points.</summary>
internal static class Positions
{
    /// <summary>Code points of a text.</summary>
    public static int Length(ReadOnlySpan<char> text)
    {
        var length = text.Length;
        for (var i = 1; i < text.Length; i++)
        {
            length -= char.IsSurrogatePair(text[i - 1], text[i]) ? 1 : 0;
        }

        return length;
    }

    /// <summary>Index of the char at which a code point begins.</summary>
    /// <param name="text">The text.</param>
    /// <param name="codePoint">How many code points stand before it.</param>
    /// <param name="from">From which char they are counted.</param>
    public static int CharIndex(string text, int codePoint, int from = 0)
    {
        for (; codePoint > 0 && from < text.Length; codePoint--)
        {
            from += char.IsSurrogatePair(text, from) ? 2 : 1;
        }

        return from;
    }

    /// <summary>A bound of a slice that may be missing, negative or too large.</summary>
    public static int Clamp(BigInteger position, int length, int lowest, int highest) =>
        (int)BigInteger.Clamp(position.Sign < 0 ? position + length : position, lowest, highest);

    /// <summary>The positions that a slice takes, in its order.</summary>
    public static IEnumerable<int> Slice(int length, BigInteger? start, BigInteger? stop, BigInteger step, Budget budget)
    {
        var (lowest, highest) = step.Sign > 0 ? (0, length) : (-1, length - 1);
        var from = start is { } first ? Clamp(first, length, lowest, highest) : step.Sign > 0 ? lowest : highest;
        var to = stop is { } last ? Clamp(last, length, lowest, highest) : step.Sign > 0 ? highest : lowest;
        var stride = (long)BigInteger.Clamp(step, -int.MaxValue, int.MaxValue);
        budget.Step(1 + (Math.Abs(to - (long)from) / Math.Abs(stride) / 16));
        for (long at = from; stride > 0 ? at < to : at > to; at += stride)
        {
            yield return (int)at;
        }
    }
}
