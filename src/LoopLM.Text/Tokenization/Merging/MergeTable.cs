namespace LoopLM.Text.Tokenization.Merging;

/// <summary>The merges of a BPE model, by pair of token ids.</summary>
/// <param name="keys">Compares the pairs' keys; null compares their values.</param>
internal sealed class MergeTable(IEqualityComparer<ulong>? keys = null)
{
    private readonly Dictionary<ulong, Merge> _merges = new(keys);

    /// <summary>The tokens that merges produce.</summary>
    public IEnumerable<int> Products => _merges.Values.Select(merge => merge.Id);

    /// <summary>Adds a merge; a pair given twice keeps the later rank.</summary>
    public void Set(int left, int right, Merge merge) => _merges[Key(left, right)] = merge;

    /// <summary>The merge of a pair, or <see cref="Merge.None"/>.</summary>
    public Merge Find(int left, int right) => _merges.TryGetValue(Key(left, right), out var merge) ? merge : Merge.None;

    // The odd factor keeps keys distinct and spreads them: the hash of an unsigned long is only its halves, exclusive or.
    private static ulong Key(int left, int right) => (((ulong)(uint)left << 32) | (uint)right) * 0x9E37_79B9_7F4A_7C15;
}
