using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using LoopLM.StructuredOutput.Automata;
using LoopLM.StructuredOutput.Schemas;

namespace LoopLM.StructuredOutput.Tests.Schemas;

public sealed class StringRulesTests
{
    private const string Email = @"^(?!\.)(?!.*\.\.)([A-Za-z0-9_'+\-\.]*)[A-Za-z0-9_+-]@([A-Za-z0-9][A-Za-z0-9\-]*\.)+[A-Za-z]{2,}$";
    private const string Subdomain = @"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$";

    [Theory]
    [InlineData(Email, 0, 255, "first.middle.last@x.org", true)]
    [InlineData(Email, 0, 255, ".first@x.org", false)]
    [InlineData(Email, 0, 255, "first..last@x.org", false)]
    [InlineData(Email, 0, 10, "first@x.org", false)]
    [InlineData(Email, 0, 11, "first@x.org", true)]
    [InlineData(Subdomain, 0, 253, "kube-system.example", true)]
    [InlineData(Subdomain, 0, 253, "kube-system.-example", false)]
    [InlineData(@"^(?:ab)*$", 3, 5, "abab", true)]
    [InlineData(@"^(?:ab)*$", 3, 5, "ab", false)]
    [InlineData(@"^(?:ab)*$", 3, 5, "ababab", false)]
    [InlineData(@"^[a-z]{2,5000}$", 3, null, "abc", true)]
    [InlineData(@"^[a-z]{2,5000}$", 3, null, "ab", false)]
    [InlineData(@"^.{1,3}$", 0, null, "é日😀", true)]
    [InlineData(@"^.{1,3}$", 0, 2, "é日😀", false)]
    [InlineData(@"^x.{40}y$", 0, null, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxy", true)]
    [InlineData(@"^x.{40}y$", 0, null, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxy", false)]
    public void Rule_PatternAndLength_AdmitsWhatFulfilsBoth(string pattern, int minLength, int? maxLength, string text, bool admitted)
    {
        var bounds = maxLength is null ? "" : $$""","maxLength":{{maxLength}}""";
        var schema = $$"""{"type":"string","pattern":{{JsonSerializer.Serialize(pattern)}},"minLength":{{minLength}}{{bounds}}}""";
        Assert.Equal(admitted, Grammars.Accepts(Grammars.Compile(schema), $"\"{text}\""));
    }

    [Fact]
    public void Rule_CountedPattern_KnowsTheFewestBytesThatEndIt() => Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
    {
        // Never leads where the length cannot be right, and always names the length of the shortest rest.
        var random = new Random(seed);
        string[] patterns = ["^(?:ab|cde)*$", "^(?:é{3}|a{7})+$", "^a?(?:bc)*\"?$", "^(?:a{5}|b{7})*$"];
        var (pattern, min) = (patterns[random.Next(patterns.Length)], random.Next(30));
        var grammar = Grammars.TryCompile($$"""{"type":"string","pattern":{{JsonSerializer.Serialize(pattern)}},"minLength":{{min}},"maxLength":{{min + random.Next(4)}}}""", out _);
        if (grammar is null)
        {
            return;
        }

        var automaton = new LazyAutomaton(grammar);
        for (var state = automaton.Start; !automaton.Accepts(state);)
        {
            var next = Enumerable.Range(0, 256).Select(value => automaton.Step(state, (byte)value)).Where(after => after != LazyAutomaton.Dead).ToList();
            Assert.Equal(automaton.BytesToEnd(state), 1 + next.Min(automaton.BytesToEnd));
            state = next[random.Next(next.Count)];
        }
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void TryExcept_PatternAndNames_LeavesTheOthers()
    {
        var strings = new TranslationContext(ByteSet.All, ConstraintLimits.Default, CancellationToken.None).Strings;
        var language = strings.TryPattern("^x-", out _)!;
        language = strings.TryExcept(language, strings.TryPattern("^x-[0-9]{1,40}$", out _)!, out _)!;
        language = strings.TryWithout(language, ["x-a", "b"], out _)!;
        Assert.Equal([false, false, true, true, false], new[] { "x-a", "x-12", "x-ab", $"x-{new string('1', 41)}", "b" }.Select(language.Contains));
    }

    [Theory]
    [InlineData("^(?:ab)*$", 3, 3)]
    [InlineData("^a{5}$", 0, 4)]
    [InlineData("^a{5}$", 6, null)]
    [InlineData("a", 0, 0)]
    public void TryRead_LengthThatNoTextHas_IsEmpty(string pattern, int min, int? max) =>
        Assert.True(new TranslationContext(ByteSet.All, ConstraintLimits.Default, CancellationToken.None).Strings.TryRead([pattern], [], min, max, out _)!.IsEmpty);
}
