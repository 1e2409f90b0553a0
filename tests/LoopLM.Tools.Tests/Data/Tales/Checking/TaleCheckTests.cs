using LoopLM.Tools.Data.Tales;
using LoopLM.Tools.Data.Tales.Checking;

namespace LoopLM.Tools.Tests.Data.Tales.Checking;

public sealed class TaleCheckTests
{
    private const string Begun =
        "Once upon a time, a shy fox named Mira lived at the old mill. Mira had a small red kite. "
        + "Mira had a friend, a kind bear named Tom, who lived in the quiet forest.";

    [Theory]
    [InlineData(0)]
    [InlineData(500)]
    [InlineData(1000)]
    [InlineData(1500)]
    public void Of_EveryGeneratedTale_ReadsItsEventsBackAndEndsWell(int firstSeed) =>
        Assert.All(Enumerable.Range(firstSeed, 500), seed =>
        {
            var tale = TaleGenerator.Draw(new Random(seed));
            var check = TaleCheck.Of(tale.Text);
            Assert.Equal(tale.Sentences.Select(sentence => sentence.Event.ToString()),
                check.Sentences.Select(sentence => sentence.Event?.ToString() ?? sentence.Text));
            Assert.True(check.IsSound && check.EndsWell, string.Join('\n', check.Contradictions));
        });

    [Theory]
    [InlineData("Mira gave the red kite to Tom.", "together")]
    [InlineData("Mira went to the old mill.", "elsewhere")]
    [InlineData("Mira went to the quiet forest. Tom gave the red kite to Mira.", "has")]
    [InlineData("Mira went to the quiet forest. She gave the red kite to Tom. Mira lost the red kite in the quiet forest.", "has")]
    [InlineData("Mira went to the quiet forest. There she met Tom. At the old mill Mira met Tom.", "here")]
    [InlineData("Mira lost the blue kite at the old mill.", "red")]
    [InlineData("Mira lost the red kite at the windy mill.", "windy")]
    [InlineData("Mira went to the pond. Anna went to the pond.", "Anna")]
    [InlineData("Mira mended the kite.", "broken")]
    [InlineData("Mira forgave Tom.", "guilty")]
    [InlineData("Mira had a big blue kite.", "twice")]
    public void Of_Contradiction_NamesIt(string sentences, string named)
    {
        var check = TaleCheck.Of($"{Begun}\n\n{sentences}");

        Assert.Equal(check.Sentences.Count, check.Parsed);
        Assert.Contains(check.Contradictions, contradiction => contradiction.Contains(named, StringComparison.Ordinal));
    }

    [Fact]
    public void Of_SentenceOfNoPattern_GoesOnBehindIt()
    {
        var check = TaleCheck.Of($"{Begun} The sky is made of cheese. Mira lost the kite at the mill.");

        Assert.Equal((5, 4), (check.Sentences.Count, check.Parsed));
        Assert.Equal("The sky is made of cheese.", check.Sentences[3].Text);
        Assert.Empty(check.Contradictions);
        Assert.False(check.IsSound);
        Assert.False(check.EndsWell);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n\n \n")]
    [InlineData("\"")]
    [InlineData("\" \" .")]
    [InlineData("A")]
    [InlineData("The . the ! \"?")]
    [InlineData("A  shy  fox  named")]
    public void Of_AnyText_IsNotSound(string text) => Assert.False(TaleCheck.Of(text).IsSound);

    [Theory]
    [InlineData("Tell me a story about a fox and a kite.", true)]
    [InlineData("Tell me a story about a fox named Mira.", true)]
    [InlineData("Tell me a story about a wolf.", true)]
    [InlineData("Tell me a story about a bear and a drum.", false)]
    [InlineData("Tell me a story about a fox and some apples.", false)]
    public void Contains_Request_AsksForKnownWords(string request, bool contained) =>
        Assert.Equal(contained, TaleCheck.Contains(request, Begun));

    [Fact]
    public void Of_SpoiltTales_CatchesMost()
    {
        (string Name, Func<Tale, Random, string> Spoil, double Least)[] ways =
        [
            ("swapped people", TaleMutations.SwapPeople, 0.75), ("swapped places", TaleMutations.SwapPlaces, 0.7),
                ("deleted sentence", TaleMutations.Delete, 0.45), ("transposed sentences", TaleMutations.Transpose, 0.5),
        ];
        Assert.All(ways, way =>
        {
            var (random, spoilt, caught) = (new Random(3), 0, 0);
            for (var seed = 0; seed < 150; seed++)
            {
                var tale = TaleGenerator.Draw(new Random(seed));
                var text = way.Spoil(tale, random);
                spoilt += text == tale.Text ? 0 : 1;
                caught += text != tale.Text && TaleCheck.Of(text) is var check && (!check.IsSound || !check.EndsWell) ? 1 : 0;
            }

            Assert.True(caught >= way.Least * spoilt && spoilt > 50, $"{way.Name}: {caught} of {spoilt}");
        });
    }
}
