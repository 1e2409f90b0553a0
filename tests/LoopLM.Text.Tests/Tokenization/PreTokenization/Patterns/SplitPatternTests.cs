using LoopLM.Text.Tokenization.PreTokenization;
using LoopLM.Text.Tokenization.PreTokenization.Patterns;

namespace LoopLM.Text.Tests.Tokenization.PreTokenization.Patterns;

public sealed class SplitPatternTests
{
    [Theory]
    [InlineData("", "it has 0 characters")]
    [InlineData("a*", "it can match empty text")]
    [InlineData("a|", "it can match empty text")]
    [InlineData("(?=a)", "it can match empty text")]
    [InlineData("(a", "a group is not closed")]
    [InlineData("a)", "')' closes no group")]
    [InlineData("[a", "a class is not closed")]
    [InlineData("[b-a]", "a range must go from one character to a later one")]
    [InlineData("[[:alpha:]]", "are not supported")]
    [InlineData("*a", "a quantifier has nothing before it")]
    [InlineData("a**", "a quantifier follows a quantifier")]
    [InlineData("a++*", "a quantifier follows a quantifier")]
    [InlineData("(?:a?)+b", "what may be empty is repeated")]
    [InlineData("a{3,2}", "0 to 256 times")]
    [InlineData("a{1000}", "0 to 256 times")]
    [InlineData("a{x}", "a count is malformed")]
    [InlineData("(?<=a)b", "'(?:', '(?i:', '(?=' and '(?!'")]
    [InlineData("(?>a)b", "'(?:', '(?i:', '(?=' and '(?!'")]
    [InlineData("a(?=bc)", "around one character only")]
    [InlineData(@"(a)\1", "'\\1' is not supported")]
    [InlineData(@"\bword", "'\\b' is not supported")]
    [InlineData("^a", "'^' is not supported")]
    [InlineData("a$", "'$' is not supported")]
    [InlineData(@"\p{Greek}", "the property 'Greek' is not supported")]
    [InlineData(@"\p{L", "must name a property in braces")]
    [InlineData("(?i:é)", "with the flag 'i', only ASCII is supported")]
    [InlineData("(?i:miss)", "letters that one character folds to")]
    [InlineData("a++ab", "a possessive quantifier is supported only where")]
    [InlineData(@"\s++$", "'$' is not supported")]
    [InlineData(@"(?:(?:(?:a{99}){99}){99}){99}", "places")]
    [InlineData(@"(?:a|b)*a(?:a|b){12}", "states")]
    public void TryParse_WhatCannotBeReadExactly_SaysWhy(string source, string expected)
    {
        Assert.False(SplitPattern.TryParse(source, out _, out var problem));
        Assert.Contains(expected, problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a|ab", "aab", "a,a,b")]
    [InlineData("ab|a", "aab", "a,ab")]
    [InlineData("a+?b?", "aab", "a,ab")]
    [InlineData(@"\s+(?!\S)|\s+", "a   b  ", "a,  , ,b,  ")]
    [InlineData("x(?=y)", "xxy", "x,x,y")]
    [InlineData("(?i:[sk]+)", "aSſKK", "a,SſKK")]
    [InlineData(".", "a\nb", "a,\n,b")]
    [InlineData(@"\p{L}++\p{N}", "ab1c", "ab1,c")]
    [InlineData("😀+", "a😀😀b", "a,😀😀,b")]
    public void Split_Isolated_CutsWhereABacktrackingSearchDoes(string source, string text, string expected)
    {
        var pieces = new List<string>();
        foreach (var piece in new PatternSplitter(SplitPattern.Parse(source), SplitBehavior.Isolated).Split(text))
        {
            pieces.Add(text[piece]);
        }

        Assert.Equal(expected, string.Join(',', pieces));
    }

    [Fact]
    public void Split_PatternThatLooksFarForNothing_EndsInTheTimeOfTheText()
    {
        // Takes a moment; looking to the end from every place would take hours.
        var text = new string('a', 500_000) + new string('c', 500_000);
        var pieces = 0;
        foreach (var piece in new PatternSplitter(SplitPattern.Parse("a+b|a|c+d"), SplitBehavior.Isolated).Split(text))
        {
            pieces++;
        }

        Assert.Equal(500_001, pieces);
    }
}
