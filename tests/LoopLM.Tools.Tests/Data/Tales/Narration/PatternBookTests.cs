using LoopLM.Tools.Data.Tales.Narration;
using LoopLM.Tools.Data.Tales.World;

namespace LoopLM.Tools.Tests.Data.Tales.Narration;

public sealed class PatternBookTests
{
    [Fact]
    public void Patterns_OfEveryEvent_AreSeveralAndDifferent()
    {
        Assert.All(PatternBook.ByEvent.Values, patterns => Assert.InRange(patterns.Length, 4, 40));
        Assert.Equal(PatternBook.Patterns.Count, PatternBook.Patterns.Select(pattern => pattern.Id).Distinct().Count());
    }

    [Fact]
    public void Pattern_WithoutARoleOfItsEvent_IsRefused()
    {
        var rule = EventRule.Parse("give a b o ; has a o ; hold b o");

        Assert.Contains("give-1", Assert.Throws<FormatException>(() => new Pattern("give-1", rule, "{a} gave {o} away.")).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_Rule_ReadsMarksNeedsAndEffects()
    {
        var rule = EventRule.Parse("seek a* q~ p? ; elsewhere a p ; at a p, mark asked a");

        Assert.Equal(("seek", "aqp", "p", 'a', "q"), (rule.Name, rule.Roles, rule.Optional, rule.New!.Value, rule.Generic));
        Assert.Equal("elsewhere", Assert.Single(rule.Needs).Verb);
        Assert.Equal(["at", "mark"], rule.Effects.Select(effect => effect.Verb));
    }
}
