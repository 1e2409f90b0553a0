using LoopLM.Engine.Scheduling;

namespace LoopLM.Engine.Tests.Scheduling;

public sealed class PositionWindowTests
{
    [Fact]
    public void Add_MoreThanTheCapacityOverTime_KeepsTheOrder()
    {
        var window = new PositionWindow(3);
        for (var token = 0; token < 10; token++)
        {
            if (window.Count == 3)
            {
                window.RemoveFirst();
            }

            window.Add(token);
        }

        Assert.Equal([7, 8, 9], Tokens(window));
    }

    [Fact]
    public void Add_Full_Throws()
    {
        var window = new PositionWindow(1);
        window.Add(1);

        Assert.Throws<InvalidOperationException>(() => window.Add(2));
    }

    [Fact]
    public void Add_PlaceOfATruncatedPosition_WaitsForARow()
    {
        var window = new PositionWindow(2);
        window.Add(1);
        window.Add(2);
        window[1].RowSlot = 5;
        window.Truncate(1);

        window.Add(3);

        Assert.Equal([1, 3], Tokens(window));
        Assert.Null(window[1].RowSlot);
    }

    private static int[] Tokens(PositionWindow window) => [.. Enumerable.Range(0, window.Count).Select(index => window[index].Token)];
}
