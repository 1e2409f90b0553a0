namespace LoopLM.Text.Tokenization.Merging;

/// <summary>
/// Applies merges to one pre-token at a time: always the pair of lowest rank, the leftmost of equals.
/// Keeps its scratch memory between calls; not thread-safe.
/// </summary>
internal sealed class BytePairMerger(MergeTable merges)
{
    private readonly ScanningMerger _scanning = new(merges);
    private readonly QueueingMerger _queueing = new(merges);
    private int[] _symbols = [];

    /// <summary>Merges until no pair can be merged, and appends the tokens that are left.</summary>
    /// <param name="bytes">The pre-token.</param>
    /// <param name="byteSymbols">The token of each of the 256 bytes, -1 where there is none: such a byte is dropped.</param>
    /// <param name="output">Receives the tokens.</param>
    public void MergeAll(ReadOnlySpan<byte> bytes, ReadOnlySpan<int> byteSymbols, List<int> output)
    {
        if (_symbols.Length < bytes.Length)
        {
            _symbols = new int[bytes.Length];
        }

        var count = 0;
        foreach (var value in bytes)
        {
            if (byteSymbols[value] is >= 0 and var symbol)
            {
                _symbols[count++] = symbol;
            }
        }

        var symbols = _symbols.AsSpan(0, count);
        count = count <= ScanningMerger.MaxSymbols ? _scanning.MergeAll(symbols) : _queueing.MergeAll(symbols);
        output.AddRange(symbols[..count]);
    }
}
