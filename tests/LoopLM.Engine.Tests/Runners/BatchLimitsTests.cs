using LoopLM.Engine.Runners;
using LoopLM.Testing;

namespace LoopLM.Engine.Tests.Runners;

public sealed class BatchLimitsTests
{
    private static readonly BatchLimits s_limits = new(new RunnerCapacity(4, 8), new ScriptedModel().Description);

    private static readonly LoopRow s_good = new(3, 0, 2, 1, 7, 5);

    public static TheoryData<string, LoopRow, int[]> Bad => new()
    {
        { "row.RowSlot", s_good with { RowSlot = 4 }, [0, 1, 7] },
        { "row.KvSlot", s_good with { KvSlot = -1 }, [0, 1, 7] },
        { "row.Position", s_good with { Position = s_limits.Model.ContextLength }, [0, 1, 7] },
        { "row.Loop", s_good with { Loop = 0 }, [0, 1, 7] },
        { "row.Token", s_good with { Token = s_limits.Model.VocabularySize }, [0, 1, 7] },
        { "visible slot", s_good, [0, -1, 7] },
        { "visible slot", s_good, [0, 8, 7] },
        { "visible.Length", s_good, [] },
        { "visible.Length", s_good, [0, 1, 2, 3, 4, 5, 6, 7, 7] },
    };

    [Fact]
    public void CheckLoop_NumbersAtTheirLimits_PassesAndAllocatesNothing()
    {
        var batch = OneRow(s_good, [0, 1, 7]);
        int[] rowSlots = [3, 0, 1, 2];
        s_limits.CheckLoop(batch);
        s_limits.CheckRowSlots(rowSlots);
        var before = GC.GetAllocatedBytesForCurrentThread();

        s_limits.CheckLoop(batch);
        s_limits.CheckRowSlots(rowSlots);

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void CheckLoop_TokenAfterLoopOne_IsNotRead() => s_limits.CheckLoop(OneRow(s_good with { Loop = 2, Token = -1 }, [0, 1, 7]));

    [Theory]
    [MemberData(nameof(Bad), DisableDiscoveryEnumeration = true)]
    public void CheckLoop_NumberBeyondItsLimit_NamesIt(string name, LoopRow row, int[] visible)
    {
        var exception = Assert.Throws<ArgumentOutOfRangeException>(() => s_limits.CheckLoop(OneRow(row, visible)));

        Assert.Contains(name, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void CheckRowSlots_BeyondTheirLimits_AreRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => s_limits.CheckRowSlots([4]));
        Assert.Throws<ArgumentOutOfRangeException>(() => s_limits.CheckRowSlots([0, 1, 2, 3, 0]));
    }

    [Fact]
    public void CheckHead_PositionSlotBeyondItsLimit_IsNamed()
    {
        var limits = new BatchLimits(new RunnerCapacity(4, 8, PositionSlots: 2), new ScriptedModel().Description);
        var rows = new LoopBatchBuilder(1);
        rows.Add(s_good, default, new[] { 1, 2 });

        var exception = Assert.Throws<ArgumentOutOfRangeException>(() => limits.CheckHead(rows.Batch));

        Assert.Contains("position slot", exception.Message, StringComparison.Ordinal);
    }

    private static LoopBatch OneRow(LoopRow row, int[] visible)
    {
        var rows = new LoopBatchBuilder(1);
        rows.Add(row, visible);
        return rows.Batch;
    }
}
