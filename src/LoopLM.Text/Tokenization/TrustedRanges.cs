namespace LoopLM.Text.Tokenization;

/// <summary>The parts of a text in which special tokens count.</summary>
/// <param name="ranges">Ascending, counted from the text's start, none touching the next.</param>
internal sealed class TrustedRanges(IReadOnlyList<Range> ranges)
{
    private readonly int[] _starts = [.. ranges.Select(range => range.Start.Value)];

    /// <summary>Whether one of the parts holds all of these chars.</summary>
    public bool Contain(int start, int length)
    {
        var found = Array.BinarySearch(_starts, start);
        var index = found < 0 ? ~found - 1 : found;
        return index >= 0 && start + length <= ranges[index].End.Value;
    }
}
