namespace LoopLM.Text.Tokenization;

/// <summary>The merges of a BPE model, by pair of token ids.</summary>
internal sealed class MergeTable
{
    private readonly Dictionary<ulong, Merge> _merges = [];

    /// <summary>The tokens that merges produce.</summary>
    public IEnumerable<int> Products => _merges.Values.Select(merge => merge.Id);

    /// <summary>Adds a merge; a pair given twice keeps the later rank.</summary>
    public void Set(int left, int right, Merge merge) => _merges[Key(left, right)] = merge;

    public bool TryGet(int left, int right, out Merge merge) => _merges.TryGetValue(Key(left, right), out merge);

    private static ulong Key(int left, int right) => ((ulong)(uint)left << 32) | (uint)right;
}
