using LoopLM.Engine.Speculation;

namespace LoopLM.Engine.Tests.Speculation;

public sealed class DraftForecastTests
{
    [Fact]
    public void Plain_FourLoops_PublishesEveryFourthTick() => Assert.Equal(new DraftForecast(0.25, 1, 0.25), DraftForecast.Plain(4));

    [Theory]
    [InlineData(1, 1, 4)]
    [InlineData(2, 0.5, 2)]
    public void Drafting_AllDraftsRight_PublishesAsOftenAsItDrafts(int loop, double tokens, double rows)
    {
        var forecast = DraftForecast.Drafting(4, loop, share: 1);

        Assert.Equal((tokens, rows, 2 * tokens), (forecast.Tokens, forecast.Rows, forecast.HeadRows));
    }

    [Fact]
    public void Drafting_AllDraftsWrong_PublishesAsOftenAsWithoutAndRunsMoreRows()
    {
        // Beside the four loops of each token, three positions run three, two and one loop in vain.
        var forecast = DraftForecast.Drafting(4, 1, share: 0);

        Assert.Equal((0.25, 10 / 4.0, 5 / 4.0), (forecast.Tokens, forecast.Rows, forecast.HeadRows));
    }

    [Fact]
    public void Drafting_FourOfFiveRight_MatchesTheEngine()
    {
        // Ticks of a token: a * d + (1 - a) * e.
        Assert.Equal(1 / 1.6, DraftForecast.Drafting(4, 1, share: 0.8).Tokens, 1e-9);
    }
}
