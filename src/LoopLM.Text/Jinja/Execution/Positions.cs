namespace LoopLM.Text.Jinja.Execution;

/// <summary>Positions in a list or a text as Python counts them: from the end where negative, and a text's in code points.</summary>
internal static class Positions
{
    /// <summary>Code points of a text.</summary>
    public static int Length(string text)
    {
        var length = text.Length;
        for (var i = 1; i < text.Length; i++)
        {
            length -= char.IsSurrogatePair(text[i - 1], text[i]) ? 1 : 0;
        }

        return length;
    }

    /// <summary>Index of the char at which a code point begins.</summary>
    public static int CharIndex(string text, int codePoint)
    {
        var at = 0;
        for (; codePoint > 0; codePoint--)
        {
            at += char.IsSurrogatePair(text, at) ? 2 : 1;
        }

        return at;
    }

    /// <summary>The positions that a slice takes, in its order.</summary>
    public static IEnumerable<int> Slice(int length, long? start, long? stop, long step)
    {
        var (lowest, highest) = step > 0 ? (0L, (long)length) : (-1L, length - 1L);
        var from = Clamp(start ?? (step > 0 ? lowest : highest), start is null);
        var to = Clamp(stop ?? (step > 0 ? highest : lowest), stop is null);
        for (var at = from; step > 0 ? at < to : at > to; at += step)
        {
            yield return (int)at;
        }

        long Clamp(long position, bool isDefault) =>
            Math.Clamp(position < 0 && !isDefault ? position + length : position, lowest, highest);
    }
}
