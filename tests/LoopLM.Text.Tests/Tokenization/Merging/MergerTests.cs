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

    private static int[] Merged(MergeTable merges, int[] symbols, bool queueing)
    {
        var merged = symbols.ToArray();
        var count = queueing ? new QueueingMerger(merges).MergeAll(merged) : new ScanningMerger(merges).MergeAll(merged);
        return merged[..count];
    }
}
