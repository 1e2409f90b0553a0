using System.Text;
using LoopLM.StructuredOutput.Automata;
using LoopLM.Testing;

namespace LoopLM.StructuredOutput.Tests;

/// <summary>Schemas made to take much time or memory. That a test ends is what it shows; none may take more than seconds.</summary>
public sealed class HostileSchemaTests
{
    public static TheoryData<string, string> Refused => new()
    {
        { "bytes", $$"""{"description":"{{new string('x', 200_000)}}"}""" },
        { "deep", Nested("""{"items":""", "{}", "}", 100) },
        { "very deep", Nested("[", "1", "]", 4000) },
        { "deep constant", $$"""{"const":{{Nested("[", "1", "]", 40)}}}""" },
        { "subschemas", $$"""{"properties":{{Map(70, i => $$"""{"properties":{{Map(70, _ => "{}")}}}""")}}}""" },
        { "properties", $$"""{"properties":{{Map(600, _ => "true")}}}""" },
        { "alternatives", $$"""{"anyOf":[{{Repeat(600, i => $$"""{"const":{{i}}}""")}}]}""" },
        { "nested alternatives", $$"""{"anyOf":[{{Repeat(30, i => $$"""{"anyOf":[{{Repeat(30, j => $$"""{"const":{{i * 100 + j}}}""")}}]}""")}}]}""" },
        { "enum", $$"""{"enum":[{{Repeat(3000, i => $"{i}")}}]}""" },
        { "enums", $$"""{"properties":{{Map(100, _ => $$"""{"enum":[{{Repeat(50, i => $"{i}")}}]}""")}}}""" },
        { "no way out", """{"type":"array","minItems":1,"items":{"$ref":"#"}}""" },
        { "no way out of two", """{"$ref":"#/$defs/a","$defs":{"a":{"type":"object","required":["b"],"properties":{"b":{"$ref":"#/$defs/b"}}},"b":{"type":"array","minItems":1,"items":{"$ref":"#/$defs/a"}}}}""" },
        { "references in a circle", """{"$ref":"#/$defs/a","$defs":{"a":{"anyOf":[{"$ref":"#/$defs/b"}]},"b":{"$ref":"#/$defs/a"}}}""" },
        { "exponential size", Doubling(28) },
        { "deeper than any text", Chain(40) },
        { "long", """{"type":"string","minLength":60000}""" },
        { "count", """{"type":"string","minLength":10000000}""" },
        { "choices of choices", $$"""{"allOf":[{{Repeat(20, i => $$"""{"anyOf":[{"required":["a{{i}}"]},{"required":["b{{i}}"]}]}""")}}]}""" },
        { "dependencies", $$"""{"dependentRequired":{{Map(30, i => $$"""["q{{i}}"]""")}}}""" },
        { "conditions", $$"""{"allOf":[{{Repeat(30, i => $$"""{"if":{"required":["a{{i}}"]},"then":{"required":["b{{i}}"]} }""")}}]}""" },
        { "patterns of names", "{\"patternProperties\":{" + Repeat(12, i => $"\".*{(char)('a' + i)}.*\":{{\"minLength\":{i}}}") + "}}" },
        { "many properties to count", $$"""{"type":"object","properties":{{Map(500, _ => "true")}},"additionalProperties":false,"minProperties":300}""" },
        { "many items to count", """{"type":"array","contains":{"type":"integer"},"minContains":100,"minItems":1000}""" },
        { "references within references", $$"""{"$ref":"#/$defs/p0","$defs":{{Map(400, i => i == 399 ? "{}" : $$"""{"allOf":[{"$ref":"#/$defs/p{{i + 1}}"}]}""")}}}""" },
        { "pattern", """{"type":"string","pattern":"^(?:(?:(?:a{50}){50}){50}){50}$"}""" },
        { "pattern length", $$"""{"type":"string","pattern":"{{new string('a', 600)}}"}""" },
        { "patterns", $$"""{"properties":{{Map(400, i => $$"""{"type":"string","pattern":"^(?:x|y)*x(?:x|y){8}{{i}}$"}""")}}}""" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void TryCompile_HostileSchema_IsRefused(string name, string schema)
    {
        Assert.Null(Grammars.TryCompile(schema, out var problem));
        Assert.True(problem!.ToString().Length < 300, $"{name}: {problem}");
    }

    public static TheoryData<string, string> Dear => new()
    {
        { "lengths beside patterns", $$"""{"properties":{{Map(500, i => $$"""{"type":"string","pattern":"^(ab|c)*$","minLength":{{60000 - i}},"maxLength":65000 }""")}} }""" },
        { "lengths of a chain", """{"type":"string","pattern":"^(?:a{0,400}b{0,400}c{0,400}d{0,400})$"}""" },
        { "names with letters", "{\"type\":\"object\",\"patternProperties\":{" + Repeat(12, i => $"\".*\\\\p{{L}}{(char)('a' + i)}\\\\p{{Lu}}.*\":{{\"minLength\":{i}}}") + "}}" },
        { "names with look-ahead", """{"type":"object","patternProperties":{"parties":1,"object(?!a)":2,"integer":2,",</tool_call>,ud18446744073709551616,ud18446744073709551616,u073709551616,ud18446744":1,"\\p{L},ud18@ud18446744073709551616":1,"":{"type":"integer"}},"additionalProperties":false}""" },
        { "look-aheads in any order", $$"""{"type":"string","pattern":"^(?:{{string.Concat(Enumerable.Range('a', 26).Select(letter => $"(?:(?=.*{(char)letter})|)"))}}.)*$"}""" },
        { "classes of classes", $$"""{"properties":{{Map(200, i => $$"""{"type":"string","pattern":"^{{i}}[{{string.Concat(Enumerable.Repeat("\\\\p{L}", 60))}}]"}""")}} }""" },
        { "multiples", $$"""{"properties":{{Map(100, i => $$"""{"type":"number","multipleOf":{{97 + i}},"minimum":{{i}},"maximum":{{1_000_000_000 + i}} }""")}} }""" },
        { "formats beside patterns", $$"""{"properties":{{Map(100, i => $$"""{"type":"string","format":"uri","pattern":"x{{i}}"}""")}} }""" },
    };

    [Theory]
    [MemberData(nameof(Dear))]
    public void TryCompile_SchemaThatIsDear_AllocatesLittle(string name, string schema)
    {
        const long most = 256 << 20;
        var before = GC.GetAllocatedBytesForCurrentThread();

        _ = Grammars.TryCompile(schema, out _);

        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(allocated <= most, $"{name}: {allocated} bytes");
    }

    public static TheoryData<string, TextForm> RefusedForms => new()
    {
        { "no choice", new TextForm.Choice([]) },
        { "choices", new TextForm.Choice([.. Enumerable.Range(0, 3000).Select(i => $"{i}")]) },
        { "long choices", new TextForm.Choice([.. Enumerable.Range(0, 500).Select(i => new string('a', i * 2))]) },
        { "choices that have little in common", new TextForm.Choice(RandomTexts(1000, 100)) },
        { "pattern length", new TextForm.Pattern(new string('a', 600)) },
        { "repeated repetitions", new TextForm.Pattern("(?:(?:(?:a{50}){50}){50}){50}") },
        { "exponential automaton", new TextForm.Pattern("(?:x|y)*x(?:x|y){40}") },
        { "groups", new TextForm.Pattern(new string('(', 200) + new string(')', 200)) },
        { "many counts", new TextForm.Pattern("(?:a{1,1000}){1,1000}") },
    };

    [Theory]
    [MemberData(nameof(RefusedForms), DisableDiscoveryEnumeration = true)]
    public void TryCompile_HostileForm_IsRefused(string name, TextForm form)
    {
        Assert.Null(Grammars.TryCompile(form, out var problem));
        Assert.True(problem!.ToString().Length < 300, $"{name}: {problem}");
    }

    [Fact]
    public void TryCompile_ChoicesThatBeginEachOther_AreAdmitted()
    {
        var grammar = Grammars.Compile(new TextForm.Choice([.. Enumerable.Range(0, 300).Select(i => new string('a', i))]));
        Assert.True(Grammars.Accepts(grammar, new string('a', 299)));
        Assert.False(Grammars.Accepts(grammar, new string('a', 300)));
    }

    [Fact]
    public void Mask_AlternativesThatDoubleWithEveryLevel_StayBounded()
    {
        // Each level can be either of two that differ only at their ends.
        var grammar = Grammars.Compile("""
            {"$ref":"#/$defs/a","$defs":{"a":{"anyOf":[
                {"type":"object","properties":{"a":{"$ref":"#/$defs/a"},"b":{"const":1}},"required":["a","b"],"additionalProperties":false},
                {"type":"object","properties":{"a":{"$ref":"#/$defs/a"},"b":{"const":2}},"required":["a","b"],"additionalProperties":false},
                {"type":"null"}]}}}
            """);
        const string text = """{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":null""";
        var automaton = new LazyAutomaton(grammar);
        var state = automaton.Start;
        foreach (var value in Encoding.ASCII.GetBytes(text))
        {
            state = automaton.Trim(state);
            state = automaton.Step(state, value);
        }

        Assert.True(automaton.Count <= 64 * LazyAutomaton.MaxConfigurations);
        Assert.True(Completes(automaton, state));
    }

    [Fact]
    public void Step_MoreReadingsThanAreFollowed_KeepsTheOneThatIsClosestToTheEnd()
    {
        // Behind every item each number of sevens so far may be what has been counted.
        var automaton = new LazyAutomaton(Grammars.Compile("""{"type":"array","contains":{"const":7},"minContains":256}"""));
        var state = automaton.Start;
        foreach (var value in "[" + string.Concat(Enumerable.Repeat("7,", 250)))
        {
            state = automaton.Step(automaton.Trim(state), (byte)value);
        }

        Assert.Equal("7,7,7,7,7,7]".Length, automaton.BytesToEnd(state));
        Assert.True(Completes(automaton, state));
    }

    [Fact]
    public void Mask_MoreReadingsThanAreFollowed_LetsTheTextEndInTime()
    {
        const int maxTokens = 560;
        var trie = TokenTrie.TryCreate(SyntheticTokenizer.Load(SyntheticTokenizer.Create(5)).GetTextBytes(), [0], out _)!;
        var constraint = new TokenConstraint(Grammars.Compile("""{"type":"array","contains":{"const":7},"minContains":256}"""), trie, maxTokens);
        var logits = new float[trie.VocabularySize];
        while (!constraint.HasEnded && constraint.Tokens < maxTokens)
        {
            logits.AsSpan().Clear();
            constraint.Mask(logits);

            // Goes on with what is not asked for wherever it may.
            constraint.Accept("1,7]".Select(value => (int)value).Append(Array.IndexOf(logits, 0)).First(token => logits[token] == 0));
        }

        Assert.True(constraint.HasEnded);
    }

    [Fact]
    public void Mask_BytesThatTakeMoreThanTheWork_AllowsTheOneThatEndsTheText()
    {
        // Each letter is told apart by some alternatives, each of which counts for itself; the last byte of all ends the text.
        var letters = Enumerable.Range('#', '}' - '#' + 1).Select(value => (char)value).Where(char.IsAsciiLetterOrDigit).ToList();
        var alternatives = Repeat(8 * letters.Count, i => $$"""{"type":"string","pattern":"^[#-Z_-}]*{{letters[i / 8]}}[#-Z_-}]*~$","maxLength":{{900 + i}} }""");
        var grammar = Grammars.Compile($$"""{"anyOf":[{{alternatives}}]}""");
        var trie = TokenTrie.TryCreate(SyntheticTokenizer.Load(SyntheticTokenizer.Create(5)).GetTextBytes(), [0], out _)!;
        var constraint = new TokenConstraint(grammar, trie);
        var logits = new float[trie.VocabularySize];
        constraint.Accept('"');
        constraint.Accept('a');

        constraint.Mask(logits);

        Assert.Equal(0, logits['~']);
    }

    [Fact]
    public void Start_ClassOfManyRanges_FollowsOneReadingForEachFirstByte() =>
        Assert.InRange(new LazyAutomaton(Grammars.Compile(new TextForm.Pattern("\\p{L}+"))).Count, 1, 64);

    [Fact]
    public void Mask_ManyAlternativesOfCountedStrings_StaysBounded()
    {
        var grammar = Grammars.Compile($$"""{"anyOf":[{{Repeat(200, i => $$"""{"type":"array","minItems":2,"items":{"type":"string","maxLength":{{1000 + i}} } }""")}}]}""");
        var trie = TokenTrie.TryCreate(SyntheticTokenizer.Load(SyntheticTokenizer.Create(5)).GetTextBytes(), [0], out _)!;
        var constraint = new TokenConstraint(grammar, trie);
        var logits = new float[trie.VocabularySize];
        foreach (var value in "[\"" + new string('a', 30))
        {
            logits.AsSpan().Clear();
            constraint.Mask(logits);
            Assert.Equal(0, logits[value]);
            constraint.Accept(value);
        }
    }

    [Fact]
    public void IsExhausted_ManyAlternativesOfCountedStrings_IsSoAtTheSameTokenEveryTime()
    {
        var grammar = Grammars.Compile($$"""{"anyOf":[{{Repeat(200, i => $$"""{"type":"array","minItems":2,"items":{"type":"string","maxLength":{{1000 + i}} } }""")}}]}""");
        var trie = TokenTrie.TryCreate(SyntheticTokenizer.Load(SyntheticTokenizer.Create(5)).GetTextBytes(), [0], out _)!;

        var (first, second) = (TokensUntilExhausted(grammar, trie), TokensUntilExhausted(grammar, trie));

        Assert.Equal(first, second);
        Assert.InRange(first, 1, 999);
    }

    [Fact]
    public void IsExhausted_OneCountedString_IsNeverSo()
    {
        var trie = TokenTrie.TryCreate(SyntheticTokenizer.Load(SyntheticTokenizer.Create(5)).GetTextBytes(), [0], out _)!;

        Assert.Equal(1000, TokensUntilExhausted(Grammars.Compile("""{"type":"array","items":{"type":"string","maxLength":2000} }"""), trie));
    }

    // At most 1000.
    private static int TokensUntilExhausted(TextGrammar grammar, TokenTrie trie)
    {
        var constraint = new TokenConstraint(grammar, trie, maxWork: 1 << 16);
        constraint.Prepare();
        foreach (var value in ("[\"" + new string('a', 1000))[..1000])
        {
            if (constraint.IsExhausted)
            {
                break;
            }

            constraint.Accept(value);
            constraint.Prepare();
        }

        return constraint.Tokens;
    }

    // Goes on with the first byte that leads closer to the end.
    private static bool Completes(LazyAutomaton automaton, int state)
    {
        for (var left = automaton.BytesToEnd(state); !automaton.Accepts(state); left--)
        {
            state = automaton.Trim(state);
            state = Enumerable.Range(0, 256).Select(value => automaton.Step(state, (byte)value))
                .First(next => next != LazyAutomaton.Dead && automaton.BytesToEnd(next) < left);
        }

        return true;
    }

    private static string Nested(string open, string inner, string close, int count) =>
        string.Concat(Enumerable.Repeat(open, count)) + inner + string.Concat(Enumerable.Repeat(close, count));

    private static string[] RandomTexts(int count, int length)
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, count).Select(_ => new string(random.GetItems("abcdefgh".AsSpan(), length)))];
    }

    private static string Repeat(int count, Func<int, string> item) => string.Join(',', Enumerable.Range(0, count).Select(item));

    private static string Map(int count, Func<int, string> value) => $"{{{Repeat(count, i => $"\"p{i}\":{value(i)}")}}}";

    // Each schema needs the next one twice.
    private static string Doubling(int count) =>
        $$"""{"$ref":"#/$defs/p0","$defs":{{Map(count, i => i == count - 1 ? "{}" : $$"""{"type":"array","minItems":2,"items":{"$ref":"#/$defs/p{{i + 1}}"} }""")}}}""";

    private static string Chain(int count) =>
        $$"""{"$ref":"#/$defs/p0","$defs":{{Map(count, i => i == count - 1 ? "{}" : $$"""{"type":"array","minItems":1,"items":{"$ref":"#/$defs/p{{i + 1}}"} }""")}}}""";
}
