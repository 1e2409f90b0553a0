using LoopLM.Tools.Data;

namespace LoopLM.Tools.Tests.Data;

public sealed class OverlapFilterTests
{
    private const string Measured = "Once upon a time there lived, in a small house by the sea, an old fisherman and his wife.";

    [Fact]
    public void Apply_ParagraphWithThirteenSharedWords_LosesThatParagraph()
    {
        var filter = new OverlapFilter();
        filter.Add(Measured);

        var kept = filter.Apply("A new beginning.\nThey say: ONCE upon a time there lived in a small house by the sea a cat.\nThe end.");

        Assert.Equal("A new beginning.\nThe end.", kept);
        Assert.Equal(1, filter.Removed);
    }

    [Fact]
    public void Apply_TwelveSharedWords_KeepsEverything()
    {
        var filter = new OverlapFilter();
        filter.Add(Measured);
        const string Text = "Once upon a time there lived in a small house by some lake.";

        Assert.Equal(Text, filter.Apply(Text));
    }
}
