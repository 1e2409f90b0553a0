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
            var merges = RandomMerges(random, tokens: 3 + random.Next(30));
            int[] symbols = [.. Enumerable.Range(0, random.Next(ScanningMerger.MaxSymbols + 1)).Select(_ => random.Next(3))];
            Assert.Equal(Merged(merges, symbols, queueing: false), Merged(merges, symbols, queueing: true));
        }
    }

    // Ranks in random order, so that a merge often makes a candidate of lower rank. A token is longer than its parts.
    private static MergeTable RandomMerges(Random random, int tokens)
    {
        var ranks = Enumerable.Range(0, tokens).ToArray();
        random.Shuffle(ranks);
        var merges = new MergeTable();
        for (var id = 3; id < tokens; id++)
        {
            merges.Set(random.Next(id), random.Next(id), new(ranks[id], id));
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
