using LoopLM.Server.Transport;

namespace LoopLM.Server.Tests.Transport;

public sealed class HeldBytesTests
{
    private const int Free = HeldBytes.FreeShare;

    [Fact]
    public void TryHold_FreeShare_TakesNothing()
    {
        var budget = new ByteBudget(100);
        using var held = new HeldBytes(budget);

        Assert.True(held.TryHold(Free));

        Assert.Equal((0, false), (budget.Used, held.IsCharged));
    }

    [Fact]
    public void TryHold_MoreThanIsLeft_IsRefusedAndChangesNothing()
    {
        var budget = new ByteBudget(100);
        using var first = new HeldBytes(budget);
        using var second = new HeldBytes(budget);
        Assert.True(first.TryHold(Free + 60));
        Assert.True(second.TryHold(Free + 40));

        Assert.False(second.TryHold(Free + 41));

        Assert.Equal(100, budget.Used);
    }

    [Fact]
    public void TryHold_BudgetUnused_MayExceedIt()
    {
        var budget = new ByteBudget(100);
        using var held = new HeldBytes(budget);

        Assert.True(held.TryHold(Free + 1000));
    }

    [Fact]
    public void TryHold_LessThanBefore_GivesTheRestBack()
    {
        var budget = new ByteBudget(100);
        using var held = new HeldBytes(budget);
        held.TryHold(Free + 60);

        held.TryHold(Free + 10);
        Assert.Equal(10, budget.Used);
        held.Dispose();

        Assert.Equal((0, 60), (budget.Used, budget.Taken));
    }

    [Fact]
    public void Keep_LessIsHeldAfterwards_LeavesNobodyTheRoom()
    {
        var budget = new ByteBudget(100);
        var held = new HeldBytes(budget);
        held.TryHold(Free + 60);

        held.Keep(Free + 50);
        held.TryHold(0);
        Assert.Equal(50, budget.Used);
        held.Dispose();

        Assert.Equal(0, budget.Used);
    }

    [Fact]
    public async Task TryHold_ManyAtOnce_NeverExceedsTheBudget()
    {
        var budget = new ByteBudget(100);
        var most = 0L;

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 1000; i++)
            {
                using var held = new HeldBytes(budget);
                held.TryHold(Free + 40);
                InterlockedMax(ref most, budget.Used);
            }
        })));

        Assert.InRange(most, 1, 100);
        Assert.Equal(0, budget.Used);
    }

    private static void InterlockedMax(ref long most, long value)
    {
        for (var before = Interlocked.Read(ref most); value > before; before = Interlocked.Read(ref most))
        {
            Interlocked.CompareExchange(ref most, value, before);
        }
    }
}
