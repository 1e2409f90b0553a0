using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using LoopLM.StructuredOutput.Patterns;
using LoopLM.Testing;

namespace LoopLM.StructuredOutput.Tests.Patterns;

public sealed class PatternCompilerTests : IDisposable
{
    private static readonly string[] s_plain = ["a", "b", "-", ".", "[ab]", "[^a]", "[a-c\\d]", "\\d", "\\w", "\\W", "\\.", "\\x61", "\\u0062", "(?:)"];
    private static readonly string[] s_more = [.. s_plain, "\\s", "\\S", "\\p{L}", "\\P{Lu}", "[\\p{Nd}_]", "\\u{1F600}", "\\ud83d\\ude00", "é", "[^\\w-]"];
    private static readonly string[] s_looks = ["(?=", "(?!"];
    private static readonly string[] s_anchors = ["^", "$", "\\b", "\\B"];
    private static readonly string[] s_quantifiers = ["", "", "", "*", "+", "?", "{2}", "{1,}", "{0,2}", "*?"];
    private static readonly string[] s_letters = ["a", "b", "-", ".", "0", "_", " ", "\t", "\u00A0", "é", "É", "😀", "\n", "\u2028", "9"];

    private readonly OracleProcess _node = OracleProcess.Node("strings.mjs", "clients");

    public void Dispose() => _node.Dispose();

    [Fact]
    public void TryCompile_RandomPatternsAndTexts_AgreesWithDotNet() =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            var random = new Random(seed);
            var pattern = Pattern(random, s_plain, looks: true);
            var automaton = Compile(pattern, out var problem);
            Assert.True(automaton is not null, $"'{pattern}': {problem}");
            for (var i = 0; i < 20; i++)
            {
                var text = new string([.. Enumerable.Range(0, random.Next(6)).Select(_ => "ab-.0_ \t"[random.Next(8)])]);
                Assert.True(Regex.IsMatch(text, pattern, RegexOptions.ECMAScript) == automaton.Accepts(text), $"'{pattern}' on '{text}'");
            }
        }).QuickCheckThrowOnFailure();

    [Fact]
    public async Task TryCompile_RandomPatternsAndTexts_AgreesWithNode()
    {
        var random = new Random(1);
        for (var i = 0; i < 400; i++)
        {
            var pattern = Pattern(random, s_more, looks: true);
            var texts = Enumerable.Range(0, 25).Select(_ => string.Concat(random.GetItems(s_letters, random.Next(7)))).ToList();
            var answer = await _node.AskAsync<JsonObject>(new JsonObject { ["pattern"] = pattern, ["texts"] = new JsonArray([.. texts.Select(text => (JsonNode)text)]) });
            var automaton = Compile(pattern, out var problem);
            Assert.True(automaton is not null, $"'{pattern}': {problem}");
            Assert.All(
                texts.Zip(answer["accepted"]!.AsArray()),
                pair => Assert.True(pair.Second!.GetValue<bool>() == automaton.Accepts(pair.First), $"'{pattern}' on '{pair.First}'"));
        }
    }

    [Theory]
    [InlineData("^(?!foo$|bar).*$", "foo", false)]
    [InlineData("^(?!foo$|bar).*$", "foobar", true)]
    [InlineData("^(?!foo$|bar).*$", "barfoo", false)]
    [InlineData("^(?=.*[a-z])(?=.*\\d).{4,}$", "abc1", true)]
    [InlineData("^(?=.*[a-z])(?=.*\\d).{4,}$", "abcd", false)]
    [InlineData("^((?!--)[a-z-])*$", "a-b-c", true)]
    [InlineData("^((?!--)[a-z-])*$", "a--b", false)]
    [InlineData("\\bcat\\b", "a cat.", true)]
    [InlineData("\\bcat\\b", "concatenate", false)]
    [InlineData("^(?:a|b(?=c))+c?$", "abc", true)]
    [InlineData("^(?:a|b(?=c))+c?$", "ab", false)]
    [InlineData("(^a|b$)", "xb", true)]
    [InlineData("(^a|b$)", "xa", false)]
    [InlineData("^\\p{Lu}\\p{Ll}+$", "Éclair", true)]
    [InlineData("^\\p{Lu}\\p{Ll}+$", "éclair", false)]
    [InlineData("(?i)^[a-c]+É$", "aBCé", true)]
    [InlineData("^(?i:a)b$", "Ab", true)]
    [InlineData("^(?i:a)b$", "AB", false)]
    [InlineData("^(?s:.)$", "\n", true)]
    [InlineData("^.$", "\n", false)]
    [InlineData("^.$", "😀", true)]
    [InlineData("^(?<year>\\d{4})-(?<month>\\d\\d)$", "2026-11", true)]
    [InlineData("^[\\w-.]+$", "a-b.c", true)]
    [InlineData("^{a}$", "{a}", true)]
    [InlineData("^\\u{1F600}\\ud83d\\ude00\\0\\cA$", "😀😀\0\u0001", true)]
    public void TryCompile_Pattern_AcceptsAsEcmaScriptDoes(string pattern, string text, bool accepted) =>
        Assert.Equal(accepted, Compile(pattern, out _)!.Accepts(text));

    [Theory]
    [InlineData("^(?:(?:(?:a{50}){50}){50}){50}$")]
    [InlineData("a{2000000000}")]
    [InlineData("^(?:a|b)*a(?:a|b){20}$")]
    [InlineData("(?:x+x+)+y{5000}")]
    [InlineData("^(?:(?=.*a.{12}b)(?=.*b.{13}a).)*$")]
    [InlineData("(?:(?!a.{9})(?!b.{9})(?!c.{9})[a-z])*x{30}.*y{30}.*z{30}")]
    public void TryCompile_HostilePattern_IsRefused(string pattern)
    {
        Assert.Null(Compile(pattern, out var problem));
        Assert.Equal("it takes too large an automaton; at most 1024 states, and 1048576 steps to make all of a grammar, are allowed", problem);
    }

    [Fact]
    public void TryCompile_CatastrophicForBacktracking_IsSmall() => Assert.Single(Compile("^(?:a+)+$|^$", out _)!.States);

    [Theory]
    [InlineData("^$", 0, 0)]
    [InlineData("^(?:a|bcd)$", 1, 3)]
    [InlineData("^(?:ab){2,3}$", 4, 6)]
    [InlineData("^a(?:bc)?d?$", 1, 4)]
    [InlineData("^ab+c?$", 2, null)]
    [InlineData("a", 1, null)]
    [InlineData("^(?!a)a$", 0, 0)]
    public void Lengths_OfAPattern_AreThoseOfItsShortestAndLongestText(string pattern, int shortest, int? longest) =>
        Assert.Equal((shortest, longest), Compile(pattern, out _)!.Lengths());

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

    private static string Pattern(Random random, string[] atoms, bool looks) => string.Join('|', Enumerable.Range(0, random.Next(1, 3)).Select(_ =>
        $"{(random.Next(2) == 0 ? "^" : "")}{Branch(random, atoms, 1, looks)}{(random.Next(2) == 0 ? "$" : "")}"));

    private static string Branch(Random random, string[] atoms, int depth, bool looks)
    {
        var branch = new StringBuilder();
        for (var i = random.Next(3); i >= 0; i--)
        {
            switch (random.Next(8))
            {
                case 0 when looks && depth > 0:
                    branch.Append(s_looks[random.Next(2)]).Append(Branch(random, atoms, depth - 1, looks)).Append(')');
                    break;
                case 1 when looks:
                    branch.Append(s_anchors[random.Next(s_anchors.Length)]);
                    break;
                case 2 or 3 when depth > 0:
                    branch.Append($"({Branch(random, atoms, depth - 1, looks)}|{Branch(random, atoms, depth - 1, looks)})").Append(s_quantifiers[random.Next(s_quantifiers.Length)]);
                    break;
                default:
                    branch.Append(atoms[random.Next(atoms.Length)]).Append(s_quantifiers[random.Next(s_quantifiers.Length)]);
                    break;
            }
        }

        return branch.ToString();
    }
}
