namespace LoopLM.Text.Tokenization;

/// <summary>
/// Applies merges to one pre-token at a time: always the pair of lowest rank, the leftmost of equals.
/// Candidates wait in a heap and symbols in a linked list, so n symbols take O(n log n). Keeps its scratch memory between calls; not thread-safe.
/// </summary>
internal sealed class BytePairMerger(MergeTable merges)
{
    private const int None = -1;

    private readonly PriorityQueue<int, ulong> _candidates = new();
    private int[] _symbols = [];
    private int[] _next = [];
    private int[] _previous = [];

    /// <summary>Merges until no pair can be merged, and appends the tokens that are left.</summary>
    /// <param name="bytes">The pre-token.</param>
    /// <param name="byteSymbols">The token of each of the 256 bytes, -1 where there is none: such a byte is dropped.</param>
    /// <param name="output">Receives the tokens.</param>
    public void Merge(ReadOnlySpan<byte> bytes, ReadOnlySpan<int> byteSymbols, List<int> output)
    {
        var count = Link(bytes, byteSymbols);
        for (var position = 1; position < count; position++)
        {
            Offer(position - 1, position);
        }

        while (_candidates.TryDequeue(out var left, out var priority))
        {
            var right = _symbols[left] == None ? None : _next[left];
            if (right == None || !merges.TryGet(_symbols[left], _symbols[right], out var merge) || merge.Rank != (int)(priority >> 32))
            {
                // One of the two has merged with another symbol since.
                continue;
            }

            _symbols[left] = merge.Id;
            _symbols[right] = None;
            var after = _next[left] = _next[right];
            if (after != None)
            {
                _previous[after] = left;
            }

            Offer(_previous[left], left);
            Offer(left, after);
        }

        for (var position = count > 0 ? 0 : None; position != None; position = _next[position])
        {
            output.Add(_symbols[position]);
        }
    }

    private int Link(ReadOnlySpan<byte> bytes, ReadOnlySpan<int> byteSymbols)
    {
        if (_symbols.Length < bytes.Length)
        {
            _symbols = new int[bytes.Length];
            _next = new int[bytes.Length];
            _previous = new int[bytes.Length];
        }

        var count = 0;
        foreach (var value in bytes)
        {
            if (byteSymbols[value] is >= 0 and var symbol)
            {
                _symbols[count] = symbol;
                _previous[count] = count - 1;
                _next[count] = count + 1;
                count++;
            }
        }

        if (count > 0)
        {
            _next[count - 1] = None;
        }

        return count;
    }

    private void Offer(int left, int right)
    {
        if (left != None && right != None && merges.TryGet(_symbols[left], _symbols[right], out var merge))
        {
            _candidates.Enqueue(left, ((ulong)(uint)merge.Rank << 32) | (uint)left);
        }
    }
}
