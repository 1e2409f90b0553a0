using LoopLM.Tools.Data.Tales;
using LoopLM.Tools.Eval.Tales;

namespace LoopLM.Tools.Tests.Eval.Tales;

public sealed class TaleScoreTests
{
    [Fact]
    public void Of_AGoodTaleAndABadOne_CountsWhatTheCheckerFinds()
    {
        var tale = TaleGenerator.Draw(new Random(1));
        GeneratedTale good = new($"Tell me a story about {tale.Hero.Name}.", [1], [1, 2, 3], [4, 2, 3], tale.Text, Ended: true);
        GeneratedTale bad = new("Tell me a story about a dragon and a lantern.", [1], [1, 2, 3], [4, 1, 2],
            "The king is made of gold.", Ended: false);

        var score = TaleScore.Of([good, bad], 0.5f, 0.7f);

        Assert.Equal((2, 1.0, 0.5, 0.5), (score.Tales, score.Consistent, score.Contains, score.EndsWell));
        Assert.Equal(tale.Sentences.Count / (tale.Sentences.Count + 1.0), score.Parsed, 1e-9);
        Assert.Equal(2, score.MeanExitStep);
    }

    [Fact]
    public void Requests_SameSeed_AreTheSame() => Assert.Equal(GeneratedTale.Requests(5, seed: 3), GeneratedTale.Requests(5, seed: 3));
}
