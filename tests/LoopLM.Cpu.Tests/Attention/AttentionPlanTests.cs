using LoopLM.Cpu.Attention;

namespace LoopLM.Cpu.Tests.Attention;

public sealed class AttentionPlanTests
{
    private const int KvHeads = 3;

    private readonly AttentionPlan _plan = new(16, 4, KvHeads);

    public AttentionPlanTests()
    {
        int[] chunk = [.. Enumerable.Range(0, 9)], other = [.. chunk];
        _plan.Fill(SlotLists.Batch((chunk, 3), (chunk, 4), (chunk, 5), (chunk, 6), (chunk, 7), (other, 8), (other, 2)));
    }

    [Fact]
    public void Fill_NeighboursOfOneSlotList_FormTilesOfRisingPositions() =>
        Assert.Equal(
            [(0, 4, 18L), (4, 1, 7), (5, 1, 8), (6, 1, 2)], _plan.Tiles.ToArray().Select(tile => (tile.FirstRow, tile.Rows, tile.Cost)));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(40)]
    public void Heads_AnyNumberOfThreads_CoversEveryHeadOfEveryTileOnce(int threads)
    {
        foreach (var tile in _plan.Tiles)
        {
            var shares = new List<int>();
            for (var thread = 0; thread < threads; thread++)
            {
                var share = _plan.Heads(tile, thread, threads);
                shares.AddRange(Enumerable.Range(share.First, share.Count));
            }

            Assert.Equal(Enumerable.Range(0, KvHeads), shares);
        }
    }

    [Fact]
    public void Heads_AsManyAsThreads_AreOneEachInEveryTile()
    {
        Assert.True(_plan.KeepsHeads(KvHeads));
        foreach (var tile in _plan.Tiles)
        {
            Assert.Equal(
                [new(0, 1), new(1, 2), new(2, 3)], Enumerable.Range(0, KvHeads).Select(thread => _plan.Heads(tile, thread, KvHeads)));
        }
    }

    [Fact]
    public void Heads_ThreadsThatDoNotDivideThem_GetEqualShares()
    {
        var costs = new long[2];
        Assert.False(_plan.KeepsHeads(costs.Length));
        foreach (var tile in _plan.Tiles)
        {
            for (var thread = 0; thread < costs.Length; thread++)
            {
                costs[thread] += tile.Cost * _plan.Heads(tile, thread, costs.Length).Count;
            }
        }

        Assert.Equal(105, costs.Sum());
        Assert.InRange(costs[0] - costs[1], -18, 18);
    }
}
