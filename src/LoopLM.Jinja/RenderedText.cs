namespace LoopLM.Jinja;

/// <summary>What a template gave.</summary>
/// <param name="Text">The text.</param>
/// <param name="Own">The parts of it that the template itself wrote, ascending, none touching the next; the rest comes from the data.</param>
public sealed record RenderedText(string Text, IReadOnlyList<Range> Own)
{
    /// <summary>The beginning of the text.</summary>
    /// <param name="length">Its chars.</param>
    public RenderedText Truncate(int length) => new(
        Text[..length],
        [.. Own.Where(range => range.Start.Value < length).Select(range => range.Start.Value..Math.Min(range.End.Value, length))]);

    internal static RenderedText Of(MarkedText text)
    {
        var own = new List<Range>();
        for (var start = 0; start < text.Length;)
        {
            var end = start + 1;
            while (end < text.Length && text.IsOwnAt(end) == text.IsOwnAt(start))
            {
                end++;
            }

            if (text.IsOwnAt(start))
            {
                own.Add(start..end);
            }

            start = end;
        }

        return new(text.Value, own);
    }
}
