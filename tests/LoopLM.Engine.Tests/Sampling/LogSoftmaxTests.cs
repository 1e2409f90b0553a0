using LoopLM.Engine.Sampling;

namespace LoopLM.Engine.Tests.Sampling;

public sealed class LogSoftmaxTests
{
    /// <summary>Logits whose softmax is 0.1, 0.4, 0.1, 0.4, shifted.</summary>
    private static readonly float[] s_logits = [.. new[] { 0.1, 0.4, 0.1, 0.4 }.Select(p => (float)Math.Log(p) + 7)];

    [Fact]
    public void Report_AToken_GivesItsLogProbabilityAndRank()
    {
        var report = Of(s_logits).Report(2, top: 0);

        Assert.Equal(Math.Log(0.1), report.Logprob, 5);
        Assert.Equal((3, 0), (report.Rank, report.Top.Count));
    }

    [Fact]
    public void Top_OfEquals_GivesTheSmallerIdsFirst() =>
        Assert.Equal([1, 3, 0], Of(s_logits).Top(3).Select(each => each.Token));

    [Fact]
    public void Top_MoreThanThereAre_GivesAll() =>
        Assert.Equal(1, Of(s_logits).Top(99).Sum(each => Math.Exp(each.Logprob)), 5);

    [Fact]
    public void Top_OfManyTokens_IsInTheOrderOfAFewOfThem()
    {
        var random = new Random(5);
        float[] logits = [.. Enumerable.Range(0, 700).Select(_ => random.Next(100) / 10f)];

        var all = Of(logits).Top(700);

        Assert.Equal(Of(logits).Top(200), all[..200]);
        Assert.Equal(700, all.DistinctBy(each => each.Token).Count());
    }

    [Fact]
    public void Report_NamedTokens_AreReportedOnce()
    {
        var report = Of(s_logits).Report(1, top: 1, [0, 1, 3]);

        Assert.Equal([1], report.Top.Select(each => each.Token));
        Assert.Equal([0, 3], report.Named.Select(each => each.Token));
        Assert.Equal(Math.Log(0.4), report.Named[1].Logprob, 5);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void IsFinite_LogitsWithoutMeaning_IsFalse(float broken) => Assert.False(Of([1, broken]).IsFinite);

    [Fact]
    public void Report_ExcludedToken_IsMinusInfinity() =>
        Assert.Equal(float.NegativeInfinity, Of([1, float.NegativeInfinity]).Report(1, 0).Logprob);

    private static LogSoftmax Of(float[] logits) => new(logits, new float[logits.Length]);
}
