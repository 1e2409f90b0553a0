using LoopLM.Engine.Sampling;

namespace LoopLM.Engine.Tests.Sampling;

public sealed class SamplerTests
{
    /// <summary>Logarithms of the probabilities 0.4, 0.3, 0.2, 0.1.</summary>
    private static readonly float[] s_logits = [.. new[] { 0.1, 0.4, 0.2, 0.3 }.Select(p => (float)Math.Log(p))];

    [Fact]
    public void TrySample_Greedy_TakesTheSmallestIdOfEquals()
    {
        Assert.True(new Sampler(4).TrySample([1, 3, 3, 2], SamplingSettings.Greedy, 0, 0, out var token));
        Assert.Equal(1, token);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void TrySample_LogitsWithoutAnAnswer_SaysSo(float broken) =>
        Assert.False(new Sampler(3).TrySample([1, broken, 3], SamplingSettings.Greedy, 0, 0, out _));

    [Fact]
    public void TrySample_AllMinusInfinity_SaysSo() =>
        Assert.False(new Sampler(2).TrySample([float.NegativeInfinity, float.NegativeInfinity], SamplingSettings.Greedy, 0, 0, out _));

    [Fact]
    public void TrySample_SameSeedAndPosition_GivesTheSameToken()
    {
        var settings = new SamplingSettings { Temperature = 1 };
        var (first, second) = (new Sampler(4), new Sampler(4));

        Assert.Equal(
            Enumerable.Range(0, 50).Select(position => Sample(first, settings, 7, position)),
            Enumerable.Range(0, 50).Reverse().Select(position => Sample(second, settings, 7, position)).Reverse());
    }

    [Theory]
    [InlineData(1.0, 0.1, 0.4, 0.2, 0.3)]
    [InlineData(0.5, 1 / 30.0, 16 / 30.0, 4 / 30.0, 9 / 30.0)]
    public void TrySample_Temperature_FollowsTheDistribution(double temperature, params double[] expected) =>
        AssertDistribution(new SamplingSettings { Temperature = (float)temperature }, expected);

    [Fact]
    public void TrySample_TopK_KeepsTheMostProbable() =>
        AssertDistribution(new SamplingSettings { Temperature = 1, TopK = 2 }, [0, 4 / 7.0, 0, 3 / 7.0]);

    [Fact]
    public void TrySample_TopP_KeepsTheFewestThatReachIt() =>
        AssertDistribution(new SamplingSettings { Temperature = 1, TopP = 0.65f }, [0, 4 / 7.0, 0, 3 / 7.0]);

    [Fact]
    public void TrySample_TopPOfZero_KeepsTheMostProbable() =>
        AssertDistribution(new SamplingSettings { Temperature = 1, TopP = 0 }, [0, 1, 0, 0]);

    [Fact]
    public void TrySample_TopPAfterTopK_CountsOnWhatTopKLeaves() =>
        AssertDistribution(new SamplingSettings { Temperature = 1, TopK = 2, TopP = 0.55f }, [0, 1, 0, 0]);

    [Fact]
    public void TrySample_MinP_DropsWhatIsFarLessProbable() =>
        AssertDistribution(new SamplingSettings { Temperature = 1, MinP = 0.6f }, [0, 4 / 7.0, 0, 3 / 7.0]);

    [Fact]
    public void TrySample_TopPAndMinP_ApplyBoth() =>
        AssertDistribution(new SamplingSettings { Temperature = 1, TopP = 0.95f, MinP = 0.6f }, [0, 4 / 7.0, 0, 3 / 7.0]);

    [Fact]
    public void TrySample_TopPAfterMinP_CountsOnWhatMinPLeaves() =>
        AssertDistribution(new SamplingSettings { Temperature = 1, TopP = 0.5f, MinP = 0.6f }, [0, 1, 0, 0]);

    [Fact]
    public void TrySample_TopKOfEquals_KeepsTheSmallestIds()
    {
        var sampler = new Sampler(4);
        var settings = new SamplingSettings { Temperature = 1, TopK = 2 };
        var tokens = Enumerable.Range(0, 100).Select(position => Sample(sampler, settings, 1, position, [0, 0, 0, 0]));

        Assert.Equal([0, 1], tokens.Distinct().Order());
    }

    [Fact]
    public void TrySample_LargeVocabulary_NucleusEqualsTheSortedOne()
    {
        var random = new Random(5);
        var logits = Enumerable.Range(0, 5000).Select(_ => (float)(random.NextDouble() * 12)).ToArray();
        var weights = logits.Select(logit => Math.Exp(logit)).ToArray();
        var nucleus = new HashSet<int>();
        var sum = 0.0;
        foreach (var token in Enumerable.Range(0, 5000)
            .OrderByDescending(token => weights[token]).TakeWhile(_ => sum < 0.9 * weights.Sum()))
        {
            nucleus.Add(token);
            sum += weights[token];
        }

        var sampler = new Sampler(5000);
        var settings = new SamplingSettings { Temperature = 1, TopP = 0.9f };
        var tokens = Enumerable.Range(0, 3000).Select(position => Sample(sampler, settings, 3, position, logits)).ToHashSet();

        Assert.Subset(nucleus, tokens);
    }

    [Fact]
    public void TrySample_Warm_AllocatesNothing()
    {
        var sampler = new Sampler(4);
        var settings = new SamplingSettings { Temperature = 1, TopK = 3, TopP = 0.9f, MinP = 0.01f };
        Sample(sampler, settings, 0, 0);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var position = 0; position < 100; position++)
        {
            Sample(sampler, settings, 0, position);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    private static int Sample(Sampler sampler, SamplingSettings settings, long seed, int position, float[]? logits = null)
    {
        Assert.True(sampler.TrySample(logits ?? s_logits, settings, seed, position, out var token));
        return token;
    }

    /// <summary>The shares of 20,000 draws are within five standard deviations of the expected ones.</summary>
    private static void AssertDistribution(SamplingSettings settings, double[] expected)
    {
        const int Draws = 20_000;
        var sampler = new Sampler(4);
        var counts = new int[4];
        for (var position = 0; position < Draws; position++)
        {
            counts[Sample(sampler, settings, 11, position)]++;
        }

        for (var token = 0; token < 4; token++)
        {
            var deviation = Math.Sqrt(expected[token] * (1 - expected[token]) / Draws);
            Assert.InRange(counts[token] / (double)Draws, expected[token] - (5 * deviation), expected[token] + (5 * deviation));
        }
    }
}
