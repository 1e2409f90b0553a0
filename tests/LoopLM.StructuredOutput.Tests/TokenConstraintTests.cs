using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using LoopLM.StructuredOutput.Automata;
using LoopLM.Testing;
using LoopLM.Text.Tokenization;

namespace LoopLM.StructuredOutput.Tests;

public sealed class TokenConstraintTests
{
    private static readonly Vocabulary s_bytes = new(BundledTokenizer.Instance, BundledTokenizer.EndOfText);
    private static readonly Vocabulary s_merged = Merged();

    [Fact]
    public void Mask_RandomWalksOverBytes_GiveValidJsonInTime() =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed => Walk(s_bytes, seed)).QuickCheckThrowOnFailure();

    [Fact]
    public void Mask_RandomWalksOverMergedTokens_GiveValidJsonInTime() =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed => Walk(s_merged, seed)).QuickCheckThrowOnFailure();

    [Fact]
    public void Mask_RandomWalksOverALargeVocabulary_GiveValidJsonInTime()
    {
        var tokenizer = ByteLevelBpeTokenizer.Load(LoopLM.Testing.TestData.SharedOrSkip("golden", "tokenizer", "tokenizer.json"));
        var vocabulary = new Vocabulary(tokenizer, Enumerable.Range(0, tokenizer.VocabularySize).First(tokenizer.IsSpecial));
        Assert.All(Enumerable.Range(0, 8), seed => Walk(vocabulary, seed));
    }

    [Theory]
    [InlineData("""{"a":""", "\"t")]
    [InlineData("""{"a":""", " \"true\",\"b")]
    [InlineData("{\"a\":\"\u00C3", "\u00A9\",\"b\":[1,")]
    public void Mask_TokenOverManyPartsOfJson_IsAllowedAsAWhole(string before, string token)
    {
        var json = SyntheticTokenizer.Create(1, merges: 0);
        json["added_tokens"]!.AsArray().Add(SyntheticTokenizer.AddedToken(256, token));
        json["added_tokens"]!.AsArray().Add(SyntheticTokenizer.AddedToken(257, "<end>", special: true));
        var constraint = Begin("{}", new(SyntheticTokenizer.Load(json), 257));
        foreach (var value in Encoding.Latin1.GetBytes(before))
        {
            constraint.Accept(value);
        }

        Assert.Contains(256, Allowed(constraint, 258));
        constraint.Accept(256);
    }

    [Fact]
    public void Mask_TokensOfHalfACharacter_FollowEachOtherOnly()
    {
        var constraint = Begin("""{"type":"string"}""", s_bytes);
        Accept(constraint, "\""u8);
        constraint.Accept(0xE2);
        Assert.Equal(Enumerable.Range(0x80, 0x40), Allowed(constraint, 260));
    }

    [Fact]
    public void Mask_ValueComplete_AllowsNothingButTheEnd()
    {
        var constraint = Begin("""{"const":1}""", s_bytes);
        Assert.Equal([(int)'1'], Allowed(constraint, 260));
        Assert.False(constraint.CanEnd);
        Accept(constraint, "1"u8);
        Assert.True(constraint.MustEnd);
        Assert.Equal([BundledTokenizer.EndOfText], Allowed(constraint, 260));
    }

    [Fact]
    public void Mask_ValueThatCouldGoOn_AllowsTheEndToo()
    {
        var constraint = Begin("""{"type":"integer"}""", s_bytes);
        Accept(constraint, "12"u8);
        Assert.True(constraint.CanEnd);
        Assert.False(constraint.MustEnd);
        Assert.Equal([.. "0123456789".Select(digit => (int)digit), BundledTokenizer.EndOfText], Allowed(constraint, 260));
    }

    [Fact]
    public void Mask_BehindTheEnd_AllowsTheEndOnly()
    {
        var constraint = Begin("""{"type":"integer"}""", s_bytes);
        Accept(constraint, "12"u8);
        constraint.Accept(BundledTokenizer.EndOfText);
        Assert.True(constraint.HasEnded);
        Assert.Equal([BundledTokenizer.EndOfText], Allowed(constraint, 260));
    }

    [Fact]
    public void Mask_LogitsBeyondTheVocabulary_AreForbidden()
    {
        var constraint = Begin("{}", s_bytes);
        Assert.DoesNotContain(Allowed(constraint, 400), token => token >= 260);
    }

    [Fact]
    public void Mask_AllowedTokens_KeepTheirLogits()
    {
        var logits = Enumerable.Range(0, 260).Select(id => (float)id).ToArray();
        Begin("""{"const":true}""", s_bytes).Mask(logits);
        Assert.Equal('t', logits['t']);
    }

    [Theory]
    [InlineData((int)'x')]
    [InlineData(BundledTokenizer.EndOfText)]
    [InlineData(257)]
    [InlineData(-1)]
    [InlineData(5000)]
    public void Accept_ForbiddenToken_ThrowsAndChangesNothing(int token)
    {
        var constraint = Begin("""{"const":true}""", s_bytes);
        Assert.Throws<ArgumentException>(() => constraint.Accept(token));
        Accept(constraint, "true"u8);
        Assert.True(constraint.MustEnd);
    }

    [Fact]
    public void Mask_PassesOverTheSameText_AllocateNothingInTheEnd()
    {
        // Every character makes a new state, so that the tables are emptied again and again.
        var constraint = Begin("""{"type":"array","items":{"type":"string","maxLength":60000}}""", s_bytes);
        var logits = new float[s_bytes.Tokenizer.VocabularySize];
        constraint.Accept('[');
        for (var round = 0; round < 4; round++)
        {
            Pass(constraint, logits);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        Pass(constraint, logits);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        static void Pass(TokenConstraint constraint, float[] logits)
        {
            constraint.Accept('"');
            for (var i = 0; i < 3000; i++)
            {
                constraint.Mask(logits);
                constraint.Accept('a');
            }

            constraint.Accept('"');
            constraint.Accept(',');
        }
    }

    [Fact]
    public void Mask_RandomWalks_AllowsExactlyTheTokensThatTheTextTakes() => Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
    {
        // Token by token, by an automaton of its own that knows nothing of masks.
        var random = new Random(seed);
        string[] schemas =
        [
            """{"type":"string"}""", """{"type":"string","maxLength":50}""",
            """{"type":"string","minLength":3,"maxLength":40}""", """{"type":"string","minLength":2}""",
            """{"type":"string","pattern":"^[a-z]*\\W.*$","maxLength":45}""", """{"type":"string","pattern":"^.{2,60}$"}""",
            """{"anyOf":[{"type":"string","maxLength":3},{"type":"string","pattern":"a"}]}""",
            """{"type":"array","items":{"type":"string","maxLength":1},"maxItems":40}""", "{}", RandomSchema.Create(seed).ToJsonString(),
        ];
        var grammar = Grammars.Compile(schemas[random.Next(schemas.Length)], writable: s_merged.Trie.Bytes);
        var (constraint, automaton) = (new TokenConstraint(grammar, s_merged.Trie), new LazyAutomaton(grammar));
        var state = automaton.Start;
        for (var i = 0; i < 60 && !constraint.MustEnd; i++)
        {
            state = automaton.Trim(state);
            var taken = Enumerable.Range(0, s_merged.Tokenizer.VocabularySize).Where(token =>
                s_merged.Trie.BytesOf(token).Span is { IsEmpty: false } bytes && After(bytes) != LazyAutomaton.Dead).ToList();
            var allowed = Allowed(constraint, s_merged.Tokenizer.VocabularySize);
            Assert.Equal(taken, allowed.Where(token => token != s_merged.End));
            var next = allowed.Where(token => token != s_merged.End).ElementAt(random.Next(taken.Count));
            constraint.Accept(next);
            state = After(s_merged.Trie.BytesOf(next).Span);
        }

        int After(ReadOnlySpan<byte> bytes)
        {
            var after = state;
            foreach (var value in bytes)
            {
                after = automaton.Step(after, value);
            }

            return after;
        }
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Rewind_RandomWalks_AllowsWhatItAllowedBefore() => Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
    {
        const int maxRewind = 5;
        var random = new Random(seed);
        var grammar = Grammars.Compile(RandomSchema.Create(seed).ToJsonString(), writable: s_merged.Trie.Bytes);
        var maxTokens = (int)grammar.ShortestLength + 1 + random.Next(60);
        var constraint = new TokenConstraint(grammar, s_merged.Trie, maxTokens, maxRewind: maxRewind);
        var known = new List<string>();
        for (int i = 0, kept = 0; i < 100; i++)
        {
            var allowed = Allowed(constraint, s_merged.Tokenizer.VocabularySize);
            var now = $"{constraint.HasEnded} {string.Join(' ', allowed)}";
            Assert.Equal(known.ElementAtOrDefault(constraint.Tokens) ?? now, now);
            known = [.. known.Take(constraint.Tokens), now];
            if (random.Next(3) == 0 || constraint.Tokens == maxTokens)
            {
                var count = random.Next(kept + 1);
                constraint.Rewind(count);
                kept -= count;
            }
            else
            {
                constraint.Accept(allowed[random.Next(allowed.Count)]);
                kept = Math.Min(kept + 1, maxRewind);
            }
        }
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Rewind_TablesWereEmptiedMeanwhile_KnowsWhatWasBefore()
    {
        // Every character makes a new state.
        var constraint = new TokenConstraint(Grammars.Compile("""{"type":"string","maxLength":60000}"""), s_bytes.Trie, maxRewind: 3);
        var logits = new float[s_bytes.Tokenizer.VocabularySize];
        Accept(constraint, "\""u8);
        for (var i = 0; i < 20_000; i++)
        {
            Accept(constraint, "ab"u8);
            constraint.Mask(logits);
            constraint.Rewind(1);
        }

        Accept(constraint, "\""u8);
        var behind = Allowed(constraint, 260);
        constraint.Rewind(3);

        Assert.DoesNotContain('a', behind);
        Assert.Contains('a', Allowed(constraint, 260));
        Assert.Equal(19_999, constraint.Tokens);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(-1)]
    public void Rewind_MoreThanThereIsOrLessThanNothing_Throws(int count)
    {
        var constraint = new TokenConstraint(Grammars.Compile("{}"), s_bytes.Trie, maxRewind: 2);
        Accept(constraint, "[[[["u8);

        Assert.Throws<ArgumentOutOfRangeException>(() => constraint.Rewind(count));
    }

    [Fact]
    public void Mask_TooFewTokensForTheShortestText_DoesNotSteer()
    {
        var constraint = Begin("""{"type":"string","minLength":10}""", s_bytes, maxTokens: 5);
        Accept(constraint, "\""u8);
        Assert.True(Allowed(constraint, 260).Count > 100);
    }

    [Fact]
    public void Mask_ReasoningThatWouldTakeTheLastTokens_IsEndedInTimeForTheValue()
    {
        var grammar = Grammars.Compile(new TextFormat.Choice(["yes", "no"]), new ReasoningSyntax("<think>", "</think>"));
        var constraint = new TokenConstraint(grammar, s_bytes.Trie, maxTokens: 30);
        Accept(constraint, "<think>"u8);
        var text = new StringBuilder();
        while (!constraint.MustEnd)
        {
            var allowed = Allowed(constraint, 260);
            var token = allowed.Contains('.') ? '.' : allowed[0];
            constraint.Accept(token);
            text.Append((char)token);
        }

        Assert.Equal("............</think>no", text.ToString());
    }

    private static void Walk(Vocabulary vocabulary, int seed)
    {
        var random = new Random(seed);
        var schema = RandomSchema.Create(seed).ToJsonString();
        var grammar = Grammars.Compile(schema, writable: vocabulary.Trie.Bytes);
        var maxTokens = (int)grammar.ShortestLength + 1 + random.Next(200);
        var constraint = new TokenConstraint(grammar, vocabulary.Trie, maxTokens);
        var tokens = new List<int>();
        while (!constraint.HasEnded)
        {
            var allowed = Allowed(constraint, vocabulary.Tokenizer.VocabularySize);
            Assert.NotEmpty(allowed);

            // Ends now and then, long before the limit.
            var token = constraint.CanEnd && random.Next(3) == 0 ? vocabulary.End : allowed[random.Next(allowed.Count)];
            constraint.Accept(token);
            tokens.Add(token);
        }

        Assert.True(tokens.Count <= maxTokens, $"{tokens.Count} tokens, {maxTokens} allowed");
        var text = vocabulary.Tokenizer.Decode(tokens);
        using var value = JsonDocument.Parse(text);
        using var expected = JsonDocument.Parse(schema);
        Assert.True(SchemaValidator.IsValid(value.RootElement, expected.RootElement), $"{text} does not match {schema}");
    }

    private static TokenConstraint Begin(string schema, Vocabulary vocabulary, int maxTokens = int.MaxValue) =>
        new(Grammars.Compile(schema), vocabulary.Trie, maxTokens);

    private static void Accept(TokenConstraint constraint, ReadOnlySpan<byte> text)
    {
        foreach (var value in text)
        {
            constraint.Accept(value);
        }
    }

    private static List<int> Allowed(TokenConstraint constraint, int vocabularySize)
    {
        var logits = new float[vocabularySize];
        constraint.Mask(logits);
        return [.. Enumerable.Range(0, vocabularySize).Where(token => logits[token] == 0)];
    }

    private static Vocabulary Merged()
    {
        var json = SyntheticTokenizer.Create(3, merges: 600);
        var end = json["model"]!["vocab"]!.AsObject().Count;
        json["added_tokens"]!.AsArray().Add(SyntheticTokenizer.AddedToken(end, "<end>", special: true));
        json["added_tokens"]!.AsArray().Add(SyntheticTokenizer.AddedToken(end + 1, "\": \""));
        json["added_tokens"]!.AsArray().Add(SyntheticTokenizer.AddedToken(end + 2, "\"},{\""));
        json["added_tokens"]!.AsArray().Add(SyntheticTokenizer.AddedToken(end + 3, ", 1"));
        return new(SyntheticTokenizer.Load(json), end);
    }

    private sealed record Vocabulary(ByteLevelBpeTokenizer Tokenizer, int End)
    {
        public TokenTrie Trie { get; } = TokenTrie.TryCreate(Tokenizer.GetTextBytes(), [End], out var problem)
            ?? throw new ArgumentException(problem, nameof(End));
    }
}
