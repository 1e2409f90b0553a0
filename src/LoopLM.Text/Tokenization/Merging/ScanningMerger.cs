namespace LoopLM.Text.Tokenization.Merging;

/// <summary>Looks at every pair for each merge: quadratic, and the fastest for the length of a word.</summary>
internal sealed class ScanningMerger(MergeTable merges)
{
    public const int MaxSymbols = 64;

    private readonly Merge[] _pairs = new Merge[MaxSymbols];

    /// <summary>Merges in place.</summary>
    /// <param name="symbols">At most <see cref="MaxSymbols"/> tokens.</param>
    /// <returns>How many tokens are left, at the front.</returns>
    public int MergeAll(Span<int> symbols)
    {
        var pairs = _pairs.AsSpan();
        for (var left = 0; left + 1 < symbols.Length; left++)
        {
            pairs[left] = merges.Find(symbols[left], symbols[left + 1]);
        }

        while (symbols.Length > 1)
        {
            var best = 0;
            for (var left = 1; left + 1 < symbols.Length; left++)
            {
                best = pairs[left].Rank < pairs[best].Rank ? left : best;
            }

            if (pairs[best].IsNone)
            {
                break;
            }

            symbols[best] = pairs[best].Id;
            symbols[(best + 2)..].CopyTo(symbols[(best + 1)..]);
            pairs[Math.Min(best + 2, symbols.Length)..symbols.Length].CopyTo(pairs[(best + 1)..]);
            symbols = symbols[..^1];
            if (best > 0)
            {
                pairs[best - 1] = merges.Find(symbols[best - 1], symbols[best]);
            }

            if (best + 1 < symbols.Length)
            {
                pairs[best] = merges.Find(symbols[best], symbols[best + 1]);
            }
        }

        return symbols.Length;
    }
}
