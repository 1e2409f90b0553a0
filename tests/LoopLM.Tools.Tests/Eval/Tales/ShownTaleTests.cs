using LoopLM.Tools.Eval.Tales;

namespace LoopLM.Tools.Tests.Eval.Tales;

public sealed class ShownTaleTests
{
    [Fact]
    public void Lines_ExitSteps_StandUnderTheFirstLetters()
    {
        ShownTale tale = new("Tell me a story.", ["Long", " ago", ",", " a", " fox", ""], [4, 2, 1, 3, 2, 1]);

        Assert.Equal([("Long ago, a fox", "4    2  1 3 2")], tale.Lines());
    }

    [Fact]
    public void Lines_ANewLine_BreaksOneAndIsNotShown()
    {
        ShownTale tale = new("Tell me a story.", ["He", " slept", ".", "\n\n", "The", " end"], [1, 2, 3, 4, 1, 2]);

        Assert.Equal([("He slept.", "1  2    3"), ("The end", "1   2")], tale.Lines());
    }

    [Fact]
    public void Lines_ALongParagraph_IsBrokenBetweenWords()
    {
        ShownTale tale = new("Tell me a story.", [.. Enumerable.Repeat(" word", 30)], [.. Enumerable.Repeat(2, 30)]);

        Assert.Equal([99, 49], tale.Lines().Select(line => line.Text.Length));
    }
}
