using LoopLM.Engine.Runners;
using LoopLM.Testing;
using LoopLM.Torch.Runners;

namespace LoopLM.Torch.Tests.Runners;

public sealed class AttentionGroupsTests
{
    [Fact]
    public void Constructor_ChunkBetweenSingles_GroupsTheSinglesAndKeepsTheChunk()
    {
        var plan = new AttentionGroups(TestBatch.Of(
        [
            Single(sequence: 0, position: 9), .. Chunks.Of([1, 2, 3], loop: 2, sequence: 1), Single(sequence: 2, position: 4),
        ]));

        Assert.Equal([0, 4, 1, 2, 3], plan.Order);
        Assert.Equal(
            [new RowGroup(0, Sequences: 2, RowsEach: 1, Keys: 10), new RowGroup(2, Sequences: 1, RowsEach: 3, Keys: 3)], plan.Groups);
    }

    [Fact]
    public void Constructor_ShortAndLongSingles_AreNotPaddedToOneLength()
    {
        var plan = new AttentionGroups(TestBatch.Of(Single(0, 10), Single(1, 200), Single(2, 63), Single(3, 130)));

        Assert.Equal([0, 2, 1, 3], plan.Order);
        Assert.Equal([64, 201], plan.Groups.Select(group => group.Keys));
    }

    [Fact]
    public void Constructor_NeighboursOfOneSequenceAtTwoLoops_AreTwoChunks()
    {
        var plan = new AttentionGroups(TestBatch.Of([.. Chunks.Of([1, 2], loop: 2), .. Chunks.Of([1, 2, 3, 4], loop: 1, first: 2)]));

        Assert.Equal([2, 2], plan.Groups.Select(group => group.RowsEach));
    }

    private static (LoopRow Row, ReadOnlyMemory<int> Slots) Single(int sequence, int position) =>
        (new LoopRow(sequence, sequence, position, 1, position, 0), Enumerable.Range(0, position + 1).ToArray());
}
