using LoopLM.Text.Tokenization.Merging;

namespace LoopLM.Text.Tests.Tokenization.Merging;

public sealed class MergerTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void MergeAll_OverlappingPairs_TakesTheLeftmost(bool queueing)
    {
        var merges = new MergeTable();
        merges.Set(1, 1, new(Rank: 0, Id: 2));
        int[] symbols = [1, 1, 1];
        Assert.Equal([2, 1], Merged(merges, symbols, queueing));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void MergeAll_LowerRankArisesFromAHigherOne_GoesFirst(bool queueing)
    {
        // 1 1 2 -> 3 2, which merges before the second 1 1 does.
        var merges = new MergeTable();
        merges.Set(1, 1, new(Rank: 5, Id: 3));
        merges.Set(3, 2, new(Rank: 1, Id: 4));
        merges.Set(4, 1, new(Rank: 2, Id: 5));
        int[] symbols = [1, 1, 2, 1, 1];
        Assert.Equal([5, 1], Merged(merges, symbols, queueing));
    }

    [Fact]
    public void MergeAll_RandomMerges_ScanningAndQueueingAgree()
    {
        for (var seed = 0; seed < 2000; seed++)
        {
            var random = new Random(seed);
            var merges = RandomMerges(random, tokens: 3 + random.Next(12));
            int[] symbols = [.. Enumerable.Range(0, random.Next(ScanningMerger.MaxSymbols + 1)).Select(_ => random.Next(3))];
            Assert.Equal(Merged(merges, symbols, queueing: false), Merged(merges, symbols, queueing: true));
        }
    }

    [Theory]
    [InlineData(1, 7)]
    [InlineData(2, 13)]
    [InlineData(3, 1 << 20)]
    public void MergeAll_FourMillionSymbols_LooksAtEachAFewTimes(int seed, int runLength)
    {
        // Pairs of equal symbols merge, again and again, so that a run of a symbol shrinks to few:
        // quadratic merging would look at 10^13 pairs.
        const int symbols = 4 << 20;
        var counter = new CountingComparer();
        var merges = new MergeTable(counter);
        for (var id = 1; id <= 24; id++)
        {
            merges.Set(id, id, new(Rank: id, Id: id + 1));
        }

        var random = new Random(seed);
        int[] text = [.. Enumerable.Range(0, symbols).Select(i => i % runLength == runLength - 1 ? random.Next(1, 3) : 1)];
        counter.Lookups = 0;

        var count = new QueueingMerger(merges).MergeAll(text);

        Assert.True(count < symbols / 2);
        Assert.InRange(counter.Lookups, symbols - 1, 3 * symbols);
    }

    // Any pair may give any token: merges often make candidates of lower rank, and of one rank out of order.
    private static MergeTable RandomMerges(Random random, int tokens)
    {
        var merges = new MergeTable();
        for (var rank = 0; rank < 2 * tokens; rank++)
        {
            merges.Set(random.Next(tokens), random.Next(tokens), new(rank, random.Next(tokens)));
        }

        return merges;
    }

    private sealed class CountingComparer : IEqualityComparer<ulong>
    {
        public long Lookups { get; set; }

        public bool Equals(ulong x, ulong y) => x == y;

        public int GetHashCode(ulong obj)
        {
            Lookups++;
            return obj.GetHashCode();
        }
    }

    private static int[] Merged(MergeTable merges, int[] symbols, bool queueing)
    {
        var merged = symbols.ToArray();
        var count = queueing ? new QueueingMerger(merges).MergeAll(merged) : new ScanningMerger(merges).MergeAll(merged);
        return merged[..count];
    }
}
