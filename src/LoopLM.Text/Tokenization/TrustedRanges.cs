namespace LoopLM.Text.Tokenization;

/// <summary>The parts of a text in which added tokens count that mark something.</summary>
/// <param name="ranges">Ascending, counted from the text's start, none touching the next.</param>
internal sealed class TrustedRanges(IReadOnlyList<Range> ranges)
{
    private readonly int[] _starts = [.. ranges.Select(range => range.Start.Value)];

    /// <summary>Whether one of the parts holds all of these chars.</summary>
    public bool Contain(Range range)
    {
        var (start, end) = (range.Start.Value, range.End.Value);
        var found = Array.BinarySearch(_starts, start);
        var index = found < 0 ? ~found - 1 : found;
        return index >= 0 && end <= ranges[index].End.Value;
    }
}
