using LoopLM.Engine.Speculation;

namespace LoopLM.Engine.Tests.Speculation;

public sealed class PassCostsTests
{
    [Fact]
    public void At_NothingKnown_IsZero() => Assert.Equal(0, new PassCosts().At(3));

    [Theory]
    [InlineData(0.5, 1)]
    [InlineData(1, 2)]
    [InlineData(3, 3)]
    [InlineData(5, 4)]
    [InlineData(10, 8)]
    public void At_TwoNumbersOfRowsKnown_IsInProportionBetweenAndBeyond(double rows, double cost)
    {
        var costs = new PassCosts();
        costs.Add(1, 2);
        costs.Add(5, 4);

        Assert.Equal(cost, costs.At(rows), 1e-9);
    }

    [Fact]
    public void Add_PassesChange_FollowsTheRecentOnes()
    {
        var costs = new PassCosts();
        for (var i = 0; i < 300; i++)
        {
            costs.Add(4, i < 100 ? 1 : 2);
        }

        Assert.Equal(2, costs.At(4), 0.01);
    }

    [Fact]
    public void Add_PassThatLostItsProcessor_ChangesLittle()
    {
        var costs = new PassCosts();
        for (var i = 0; i < 50; i++)
        {
            costs.Add(4, 1);
        }

        costs.Add(4, 1000);

        Assert.InRange(costs.At(4), 1, 1.1);
    }

    [Fact]
    public void Add_ManyRows_AreCountedInGroups()
    {
        var costs = new PassCosts();
        costs.Add(100, 10);
        costs.Add(104, 12);

        Assert.Equal(11, costs.At(102), 1e-9);
    }
}
