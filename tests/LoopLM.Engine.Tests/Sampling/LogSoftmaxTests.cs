using LoopLM.Engine.Sampling;

namespace LoopLM.Engine.Tests.Sampling;

public sealed class LogSoftmaxTests
{
    /// <summary>Logits whose softmax is 0.1, 0.4, 0.1, 0.4, shifted.</summary>
    private static readonly float[] Logits = [.. new[] { 0.1, 0.4, 0.1, 0.4 }.Select(p => (float)Math.Log(p) + 7)];

    [Fact]
    public void Report_AToken_GivesItsLogProbabilityAndRank()
    {
        var report = Of(Logits).Report(2, top: 0);

        Assert.Equal(Math.Log(0.1), report.Logprob, 5);
        Assert.Equal((3, 0), (report.Rank, report.Top.Count));
    }

    [Fact]
    public void Top_OfEquals_GivesTheSmallerIdsFirst() =>
        Assert.Equal([1, 3, 0], Of(Logits).Top(3).Select(each => each.Token));

    [Fact]
    public void Top_MoreThanThereAre_GivesAll() =>
        Assert.Equal(1, Of(Logits).Top(99).Sum(each => Math.Exp(each.Logprob)), 5);

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void IsFinite_LogitsWithoutMeaning_IsFalse(float broken) => Assert.False(Of([1, broken]).IsFinite);

    [Fact]
    public void Report_ExcludedToken_IsMinusInfinity() =>
        Assert.Equal(float.NegativeInfinity, Of([1, float.NegativeInfinity]).Report(1, 0).Logprob);

    private static LogSoftmax Of(float[] logits) => new(logits, new float[logits.Length]);
}
