namespace LoopLM.Training.Data;

/// <summary>
/// Packs documents into windows in their order. One that is not longer than a window is never cut; a longer one fills window after window.
/// </summary>
public static class WindowPacker
{
    /// <summary>Packs a split.</summary>
    /// <param name="split">The documents.</param>
    /// <param name="length">Most tokens of a window, at least 2.</param>
    /// <returns>Windows that hold every token once, in order.</returns>
    public static List<Window> Pack(TokenSplit split, int length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 2);
        var windows = new List<Window>();
        var (start, first) = (0, 0);
        for (var document = 0; document < split.Documents; document++)
        {
            var (from, end) = (split.Starts[document], split.End(document));
            if (end - start > length && end - from <= length)
            {
                Close(from, document);
            }

            while (end - start > length)
            {
                Close(start + length, document);
            }
        }

        Close(split.Tokens.Length, split.Documents);
        return windows;

        void Close(int end, int next)
        {
            if (end > start)
            {
                windows.Add(new(start, end - start, first));
            }

            (start, first) = (end, next);
        }
    }
}
