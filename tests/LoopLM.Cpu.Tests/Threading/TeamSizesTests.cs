using LoopLM.Cpu.Threading;

namespace LoopLM.Cpu.Tests.Threading;

public sealed class TeamSizesTests
{
    [Fact]
    public void Choose_ThreadsThatPayOff_KeepsAllAndLosesLittleToTrials()
    {
        var sizes = new TeamSizes(2);

        var time = Run(sizes, jobs: 10_000, threads => 1.0 / threads);

        Assert.InRange(time, 5000, 5000 * 1.01);
    }

    [Fact]
    public void Choose_MachineBecomesBusy_DropsToOneThreadWithinTwoSlowJobs()
    {
        var sizes = new TeamSizes(2);
        Run(sizes, jobs: 500, threads => 1.0 / threads);

        var time = Run(sizes, jobs: 1000, threads => threads == 1 ? 1 : 50);

        Assert.InRange(time, 1000, 1000 + (4 * 50));
    }

    [Fact]
    public void Choose_MachineBecomesQuietAgain_GrowsBack()
    {
        var sizes = new TeamSizes(2);
        Run(sizes, jobs: 500, threads => 1.0 / threads);
        Run(sizes, jobs: 3000, threads => threads == 1 ? 1 : 20);

        Run(sizes, jobs: 20 * TeamSizes.JobsPerLoss, threads => 1.0 / threads);

        Assert.Equal(2, sizes.Choose(1));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(15)]
    [InlineData(16)]
    public void Choose_ManyThreads_FindsTheBestNumber(int best)
    {
        var sizes = new TeamSizes(16);

        double Time(int threads) => threads <= best ? 1.0 / threads : (1 + (0.2 * (threads - best))) / best;
        Run(sizes, jobs: 40_000, Time);

        var chosen = new List<int>();
        Run(sizes, jobs: 100, threads =>
        {
            chosen.Add(threads);
            return Time(threads);
        });

        Assert.Equal(best, chosen.GroupBy(threads => threads).MaxBy(group => group.Count())!.Key);
    }

    [Fact]
    public void Choose_OtherNumbersOfRows_LearnForThemselves()
    {
        var sizes = new TeamSizes(2);
        for (var i = 0; i < 2000; i++)
        {
            Job(sizes, rows: 1, threads => threads);
            Job(sizes, rows: 64, threads => 1.0 / threads);
        }

        Assert.Equal(1, sizes.Choose(1));
        Assert.Equal(2, sizes.Choose(64));
    }

    [Fact]
    public void Choose_OneThread_StaysOne()
    {
        var sizes = new TeamSizes(1);

        Assert.Equal(1000, Run(sizes, jobs: 1000, threads => threads));
    }

    private static double Run(TeamSizes sizes, int jobs, Func<int, double> time) =>
        Enumerable.Range(0, jobs).Sum(_ => Job(sizes, rows: 1, time));

    private static double Job(TeamSizes sizes, int rows, Func<int, double> time)
    {
        var took = time(sizes.Choose(rows));
        sizes.Took(took);
        return took;
    }
}
