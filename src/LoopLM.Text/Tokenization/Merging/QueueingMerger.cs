namespace LoopLM.Text.Tokenization.Merging;

/// <summary>Keeps symbols in a linked list and candidate pairs in one queue per rank: O(n log n) for n symbols.</summary>
internal sealed class QueueingMerger(MergeTable merges)
{
    private const int None = -1;

    private readonly PriorityQueue<MergeCandidates, int> _queues = new();
    private readonly Dictionary<int, MergeCandidates> _queueOfRank = [];
    private int[] _next = [];
    private int[] _previous = [];

    /// <summary>Merges in place.</summary>
    /// <param name="symbols">Any number of tokens.</param>
    /// <returns>How many tokens are left, at the front.</returns>
    public int MergeAll(Span<int> symbols)
    {
        Link(symbols);
        while (_queues.TryPeek(out var candidates, out var rank))
        {
            if (candidates.TryTake(out var left))
            {
                Apply(symbols, candidates, left);
            }
            else
            {
                _queues.Dequeue();
                _queueOfRank.Remove(rank);
            }
        }

        var count = 0;
        for (var position = symbols.IsEmpty ? None : 0; position != None; position = _next[position])
        {
            symbols[count++] = symbols[position];
        }

        return count;
    }

    private void Link(ReadOnlySpan<int> symbols)
    {
        if (_next.Length < symbols.Length)
        {
            _next = new int[symbols.Length];
            _previous = new int[symbols.Length];
        }

        for (var position = 0; position < symbols.Length; position++)
        {
            _previous[position] = position - 1;
            _next[position] = position + 1 < symbols.Length ? position + 1 : None;
            Offer(symbols, position, _next[position]);
        }
    }

    private void Apply(Span<int> symbols, MergeCandidates candidates, int left)
    {
        var right = _next[left];
        if (symbols[left] != candidates.Left || right == None || symbols[right] != candidates.Right)
        {
            // One of the two has merged with another symbol since.
            return;
        }

        symbols[left] = candidates.Id;
        symbols[right] = None;
        var after = _next[left] = _next[right];
        if (after != None)
        {
            _previous[after] = left;
        }

        Offer(symbols, _previous[left], left);
        Offer(symbols, left, after);
    }

    private void Offer(ReadOnlySpan<int> symbols, int left, int right)
    {
        var merge = left == None || right == None ? Merge.None : merges.Find(symbols[left], symbols[right]);
        if (merge.IsNone)
        {
            return;
        }

        if (!_queueOfRank.TryGetValue(merge.Rank, out var candidates))
        {
            candidates = new(symbols[left], symbols[right], merge.Id);
            _queueOfRank.Add(merge.Rank, candidates);
            _queues.Enqueue(candidates, merge.Rank);
        }

        candidates.Add(left);
    }
}
