using LoopLM.Engine.Runners;
using LoopLM.Testing;

namespace LoopLM.Engine.Tests.Runners;

public sealed class BatchLimitsTests
{
    private static readonly BatchLimits Limits = new(new RunnerCapacity(4, 8), new ScriptedModel().Description);

    private static readonly LoopRow Good = new(3, 0, 2, 1, 7, 5);

    public static TheoryData<string, LoopRow, int[]> Bad => new()
    {
        { "row.RowSlot", Good with { RowSlot = 4 }, [0, 1, 7] },
        { "row.KvSlot", Good with { KvSlot = -1 }, [0, 1, 7] },
        { "row.Position", Good with { Position = Limits.Model.ContextLength }, [0, 1, 7] },
        { "row.Loop", Good with { Loop = 0 }, [0, 1, 7] },
        { "row.Token", Good with { Token = Limits.Model.VocabularySize }, [0, 1, 7] },
        { "visible slot", Good, [0, -1, 7] },
        { "visible slot", Good, [0, 8, 7] },
        { "visible.Length", Good, [] },
        { "visible.Length", Good, [0, 1, 2, 3, 4, 5, 6, 7, 7] },
    };

    [Fact]
    public void Check_NumbersAtTheirLimits_PassesAndAllocatesNothing()
    {
        var batch = new OneRow(Good, [0, 1, 7]);
        int[] rowSlots = [3, 0, 1, 2];
        Limits.Check(batch);
        Limits.Check(rowSlots);
        var before = GC.GetAllocatedBytesForCurrentThread();

        Limits.Check(batch);
        Limits.Check(rowSlots);

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void Check_TokenBehindLoopOne_IsNotRead() => Limits.Check(new OneRow(Good with { Loop = 2, Token = -1 }, [0, 1, 7]));

    [Theory]
    [MemberData(nameof(Bad), DisableDiscoveryEnumeration = true)]
    public void Check_NumberBeyondItsLimit_NamesIt(string name, LoopRow row, int[] visible)
    {
        var exception = Assert.Throws<ArgumentOutOfRangeException>(() => Limits.Check(new OneRow(row, visible)));

        Assert.Contains(name, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_RowSlotsBeyondTheirLimits_AreRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Limits.Check([4]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Limits.Check([0, 1, 2, 3, 0]));
    }

    private sealed class OneRow(LoopRow row, int[] visible) : LoopBatch
    {
        private readonly LoopRow[] _rows = [row];

        public override long Tick => 1;

        public override ReadOnlySpan<LoopRow> Rows => _rows;

        public override ReadOnlySpan<int> VisibleSlots(int row) => visible;
    }
}
