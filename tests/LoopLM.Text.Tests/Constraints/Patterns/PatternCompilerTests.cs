using System.Text;
using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using LoopLM.Text.Constraints.Patterns;

namespace LoopLM.Text.Tests.Constraints.Patterns;

public sealed class PatternCompilerTests
{
    private static readonly string[] s_atoms = ["a", "b", "-", ".", "[ab]", "[^a]", "[a-c\\d]", "\\d", "\\w", "\\W", "\\S", "\\.", "\\x61", "\\u0062", "(?:)"];
    private static readonly string[] s_quantifiers = ["", "", "", "*", "+", "?", "{2}", "{1,}", "{0,2}", "*?"];

    [Fact]
    public void TryCompile_RandomPatternsAndTexts_AgreesWithDotNet() =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            var random = new Random(seed);
            var pattern = string.Join('|', Enumerable.Range(0, random.Next(1, 3)).Select(_ =>
                $"{(random.Next(2) == 0 ? "^" : "")}{Branch(random, 1)}{(random.Next(2) == 0 ? "$" : "")}"));
            var automaton = Compile(pattern, out var problem);
            Assert.True(automaton is not null, $"'{pattern}': {problem}");
            for (var i = 0; i < 20; i++)
            {
                var text = new string([.. Enumerable.Range(0, random.Next(6)).Select(_ => "ab-.0_ \t"[random.Next(8)])]);
                Assert.True(
                    Regex.IsMatch(text, pattern, RegexOptions.ECMAScript) == automaton.Accepts(text), $"'{pattern}' on '{text}'");
            }
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("^(?:(?:(?:a{50}){50}){50}){50}$")]
    [InlineData("a{2000000000}")]
    [InlineData("^(?:a|b)*a(?:a|b){20}$")]
    [InlineData("(?:x+x+)+y{1000}")]
    public void TryCompile_HostilePattern_IsRefused(string pattern)
    {
        Assert.Null(Compile(pattern, out var problem));
        Assert.Equal("it takes too large an automaton", problem);
    }

    [Fact]
    public void TryCompile_CatastrophicForBacktracking_IsSmall() => Assert.True(Compile("^(?:a+)+$", out _)!.States.Count < 10);

    [Fact]
    public void Parse_GroupsNestedTooDeep_AreRefused() =>
        Assert.Null(PatternParser.Parse(new string('(', 5000) + new string(')', 5000), anchored: true, out _));

    private static CodePointAutomaton? Compile(string pattern, out string? problem)
    {
        var node = PatternParser.Parse(pattern, anchored: false, out problem);
        return node is null
            ? throw new ArgumentException(problem, nameof(pattern))
            : new PatternCompiler(new(1024, CancellationToken.None)).TryCompile(node, out problem);
    }

    private static string Branch(Random random, int depth)
    {
        var branch = new StringBuilder();
        for (var i = random.Next(3); i >= 0; i--)
        {
            branch.Append(depth > 0 && random.Next(3) == 0 ? $"({Branch(random, depth - 1)}|{Branch(random, depth - 1)})" : s_atoms[random.Next(s_atoms.Length)]);
            branch.Append(s_quantifiers[random.Next(s_quantifiers.Length)]);
        }

        return branch.ToString();
    }
}
