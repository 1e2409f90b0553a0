using LoopLM.Tools.Data;
using LoopLM.Tools.Data.Sources;
using LoopLM.Tools.Data.Tales.Checking;

namespace LoopLM.Tools.Tests.Data.Sources;

public sealed class TaleSourceTests
{
    [Fact]
    public void Documents_OfEveryForm_AskForAndAnswerWhatTheySay()
    {
        var sources = Open("tale:count=40,held-out=20");

        Assert.Equal(["tale", "tale-questions", "tale-requests", "tale-continuations", "tale-sums"], sources.Select(source => source.Kind));
        Assert.Equal([8, 20, 8, 2, 2], sources.Select(source => source.Documents(heldOut: false).Count()));
        Assert.Equal(20, sources.Sum(source => source.Documents(heldOut: true).Count()));
        Assert.All(sources[2].Documents(heldOut: false), document =>
        {
            var (request, tale) = (document[0].Text, document[1].Text.Replace(SpecialTokens.MessageEnd, "", StringComparison.Ordinal));
            Assert.True(TaleCheck.Of(tale) is { IsSound: true, EndsWell: true });
            Assert.True(TaleCheck.Contains(request, tale), request);
        });
        Assert.All(sources[1].Documents(heldOut: false), document =>
            Assert.InRange(document.Count(segment => segment.Label is not null), 1, 6));
        Assert.All(sources[4].Documents(heldOut: true), document => Assert.Equal("sum", document[1].Label));
    }

    [Fact]
    public void Documents_WithOwnSeed_AreOthers()
    {
        string First(string spec) => Open(spec)[0].Documents(heldOut: true).First()[1].Text;

        Assert.Equal(First("tale:held-out=20"), First("tale:held-out=20"));
        Assert.NotEqual(First("tale:held-out=20"), First("tale:held-out=20,seed=5"));
    }

    [Fact]
    public void Documents_OfAWeightOfZero_AreLeftOut() =>
        Assert.Equal(["tale-sums"], Open("tale:count=5,text=0,question=0,request=0,continuation=0,sum=1").Select(source => source.Kind));

    [Fact]
    public void Documents_WithSteps_AskNoOthers() =>
        Assert.All(Open("tale:count=10,text=0,question=1,request=0,continuation=0,sum=0,steps=2-3,unanswered=0")[0].Documents(heldOut: false),
            document => Assert.All(document.Select(segment => segment.Label).OfType<string>(), label => Assert.Contains(label[0], "23")));

    [Fact]
    public void Documents_WithKinds_AskNoOthers() =>
        Assert.All(Open("tale:count=10,text=0,request=0,continuation=0,sum=0,kinds=where+what,unanswered=0")[0].Documents(heldOut: false),
            document => Assert.All(document.Select(segment => segment.Label).OfType<string>(), label => Assert.Matches("where|what", label)));

    [Fact]
    public void Documents_WithSentences_AskAboutTheBeginningOfATale() =>
        Assert.All(Open("tale:count=20,text=0,request=0,continuation=0,sum=0,chat=0,sentences=4-6")[0].Documents(heldOut: false),
            document =>
            {
                var check = TaleCheck.Of(document[1].Text);
                Assert.InRange(check.Sentences.Count, 4, 6);
                Assert.True(check.IsSound);
            });

    [Fact]
    public void Documents_OfRepetitions_AnswerWithTheTaleThatTheyAskFor() =>
        Assert.All(Open("tale:count=10,text=0,question=0,request=0,continuation=0,sum=0,repetition=1,sentences=3-9")[0]
            .Documents(heldOut: false), document =>
            {
                var told = document[1].Text.Replace(SpecialTokens.MessageEnd, "", StringComparison.Ordinal);
                Assert.Contains(told, document[0].Text, StringComparison.Ordinal);
                Assert.True(TaleCheck.Of(told).IsSound);
            });

    [Theory]
    [InlineData("tale:count=5,text=0,question=0,request=0,continuation=0,sum=0", "all be 0")]
    [InlineData("tale:count=5,questions=0-3", "questions")]
    [InlineData("tale:count=5,sentences=1-4", "sentences")]
    [InlineData("tale:count=5,steps=0-2", "steps")]
    [InlineData("tale:count=5,steps=2-5", "steps")]
    [InlineData("tale:count=5,kinds=where+dragon", "dragon")]
    [InlineData("tale:count=5,digits=1", "digits")]
    [InlineData("tale:count=5,text=2", "text")]
    [InlineData("tale:count=5,dragons=2", "dragons")]
    public void Open_MalformedOption_SaysWhatIsWrong(string spec, string named) =>
        Assert.Contains(named, Assert.Throws<FormatException>(() => Open(spec)).Message, StringComparison.Ordinal);

    private static IReadOnlyList<IDocumentSource> Open(string spec) => DocumentSources.Open([spec], 1, new OverlapFilter());
}
