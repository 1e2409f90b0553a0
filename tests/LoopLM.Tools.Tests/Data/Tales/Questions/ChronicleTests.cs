using LoopLM.Tools.Data.Tales.Checking;
using LoopLM.Tools.Data.Tales.Questions;

namespace LoopLM.Tools.Tests.Data.Tales.Questions;

public sealed class ChronicleTests
{
    private const string Tale =
        "Once upon a time, a shy fox named Mira lived at the old mill. Mira had a small red kite. "
        + "Mira had a friend, a kind bear named Tom, who lived in the quiet forest.\n\n"
        + "Mira went to the quiet forest. There she met Tom. Mira gave the kite to Tom. Tom went to the pond. "
        + "Tom lost the kite by the pond. Tom went to the quiet forest. Tom looked into his bag, but the kite was gone. Tom began to cry.";

    private readonly Chronicle _chronicle = Chronicle.Of([.. TaleCheck.Of(Tale).Sentences.Select(sentence => sentence.Event!)]);

    [Fact]
    public void Holder_AfterAGift_IsWhoGotIt()
    {
        var holder = _chronicle.Holder("kite", before: 6);

        Assert.Equal(("Tom", 5), (holder!.Value, Assert.Single(holder.Evidence)));
    }

    [Fact]
    public void Holder_OfALostThing_IsNobody() => Assert.Null(_chronicle.Holder("kite"));

    [Fact]
    public void PlaceOfThing_ThatIsCarried_IsWhereItsCarrierIs()
    {
        var place = _chronicle.PlaceOfThing("kite", before: 7);

        Assert.Equal("pond", place!.Value);
        Assert.Equal([5, 6], place.Evidence);
    }

    [Fact]
    public void PlaceOfThing_ThatLies_TakesOneStep() => Assert.Equal([7], _chronicle.PlaceOfThing("kite")!.Evidence);

    [Fact]
    public void PlaceBefore_ThingThatWasCarried_IsTheCarriersPlaceBefore()
    {
        var before = _chronicle.PlaceBefore("kite");

        Assert.Equal("forest", before!.Value);
        Assert.Contains(7, before.Evidence);
    }

    [Fact]
    public void GriefBefore_Tears_IsTheLoss() => Assert.Equal("lost", _chronicle.GriefBefore("Tom", 10)!.Value.Verb);

    [Theory]
    [InlineData("Mira.", "mira", true)]
    [InlineData("At the mill.", " at the mill ", true)]
    [InlineData("At the mill.", "in the mill", false)]
    public void Same_Answers_AgreeButForCaseAndFullStop(string one, string other, bool same) =>
        Assert.Equal(same, AnswerText.Same(one, other));
}
