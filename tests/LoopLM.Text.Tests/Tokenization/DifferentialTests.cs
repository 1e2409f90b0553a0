using System.Text;
using System.Text.Json.Nodes;
using LoopLM.Testing;
using LoopLM.Text.Tokenization;

namespace LoopLM.Text.Tests.Tokenization;

/// <summary>
/// Token for token against Hugging Face's library. It always recognises special tokens, so the plain encoding is held against
/// a file without them.
/// </summary>
public sealed class DifferentialTests(HuggingFaceOracle oracle) : IClassFixture<HuggingFaceOracle>
{
    private const int TextsPerTokenizer = 1500;

    public static TheoryData<string> Names => [.. TokenizerCases.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task EncodeToIds_SyntheticTokenizer_AgreesWithHuggingFace(string name) =>
        await AssertPlainAgreesAsync(TokenizerCases.All[name](), RandomText.CreateMany(seed: name.Length, TextsPerTokenizer));

    [Theory]
    [MemberData(nameof(Names))]
    public async Task EncodeWithSpecialTokens_SyntheticTokenizer_AgreesWithHuggingFace(string name) =>
        await AssertSpecialAgreesAsync(TokenizerCases.All[name](), RandomText.CreateMany(seed: name.Length + 100, TextsPerTokenizer));

    [Theory]
    [MemberData(nameof(Names))]
    public void EncodeWithSpecialTokens_AllTrusted_AgreesWithTheWholeEncoder(string name)
    {
        var tokenizer = SyntheticTokenizer.Load(TokenizerCases.All[name]());
        foreach (var text in RandomText.CreateMany(seed: name.Length + 200, 300))
        {
            Assert.Equal(tokenizer.EncodeWithSpecialTokens(text), tokenizer.EncodeWithSpecialTokens(text, [0..text.Length]));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void EncodeWithSpecialTokens_NothingTrusted_AgreesWithAFileWithoutMarks(string name)
    {
        var json = TokenizerCases.All[name]();
        var (tokenizer, unmarked) = (SyntheticTokenizer.Load(json), SyntheticTokenizer.Load(WithoutMarks(json)));
        foreach (var text in RandomText.CreateMany(seed: name.Length + 300, 300))
        {
            Assert.Equal(unmarked.EncodeToIds(text).Select(unmarked.GetToken),
                tokenizer.EncodeWithSpecialTokens(text, []).Select(tokenizer.GetToken));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Decode_RandomTokens_AgreesWithHuggingFace(string name)
    {
        var json = TokenizerCases.All[name]();
        var tokenizer = SyntheticTokenizer.Load(json);
        var random = new Random(5);
        int[][] ids = [.. Enumerable.Range(0, 500).Select(_ =>
            Enumerable.Range(0, random.Next(20)).Select(_ => random.Next(tokenizer.VocabularySize + 2)).ToArray())];
        foreach (var skip in (bool[])[true, false])
        {
            var expected = await oracle.DecodeAsync(json.ToJsonString(), ids, skip);
            for (var i = 0; i < ids.Length; i++)
            {
                Assert.Equal(expected[i], tokenizer.Decode(ids[i], skip));
            }
        }
    }

    [Fact]
    public async Task EncodeToIds_SmolLm2_AgreesWithHuggingFace() =>
        await AssertPlainAgreesAsync(SmolLm2(), [.. RandomText.CreateMany(21, 2 * TextsPerTokenizer), .. CorpusSlices(22, 200)]);

    [Fact]
    public async Task EncodeWithSpecialTokens_SmolLm2_AgreesWithHuggingFace() =>
        await AssertSpecialAgreesAsync(SmolLm2(), [.. RandomText.CreateMany(23, 2 * TextsPerTokenizer), .. CorpusSlices(24, 50)]);

    [Fact]
    public async Task EncodeToIds_BundledTokenizer_AgreesWithHuggingFace() =>
        await AssertPlainAgreesAsync(
            JsonNode.Parse(await File.ReadAllTextAsync(BundledTokenizer.Path, TestContext.Current.CancellationToken))!.AsObject(),
            RandomText.CreateMany(25, TextsPerTokenizer));

    [Theory]
    [InlineData(SplitPatterns.Gpt2)]
    [InlineData(SplitPatterns.Llama3)]
    [InlineData(SplitPatterns.O200k)]
    [InlineData(SplitPatterns.DeepSeekV3)]
    [InlineData(@"\w+|\s+|\p{S}")]
    [InlineData(@"\d+|\W|\p{Z}")]
    public async Task EncodeToIds_EveryAssignedCodePoint_AgreesWithHuggingFace(string pattern)
    {
        // Two neighbours merge only where they stay in one pre-token, so the merge (a, first byte) shows how the code point is classed.
        var json = SyntheticTokenizer.Create(
            31, merges: 0, preTokenizer: SyntheticTokenizer.Sequence(
                SyntheticTokenizer.Split(pattern), SyntheticTokenizer.ByteLevel(useRegex: false)));
        AddFirstByteMerges(json);
        await AssertPlainAgreesAsync(json, ForEachCodePoint(rune => $"a{rune}1{rune}\n{rune}("));
    }

    [Fact]
    public async Task EncodeToIds_SingleWordTokenBesideEveryAssignedCodePoint_AgreesWithHuggingFace()
    {
        var json = SyntheticTokenizer.Create(32, merges: 0);
        json["added_tokens"]!.AsArray().Add(SyntheticTokenizer.AddedToken(256, "WORD", singleWord: true));
        await AssertPlainAgreesAsync(json, ForEachCodePoint(rune => $" {rune}WORD WORD{rune} "));
    }

    // Of the large blocks of letters alike and of private use, one in 64.
    private static IReadOnlyList<string> ForEachCodePoint(Func<Rune, string> text) =>
        [.. Enumerable.Range(0, 0x110000).Where(Rune.IsValid).Select(value => new Rune(value)).Where(RandomText.IsAssigned)
            .Where(rune => rune.Value is < 0x3400 or (>= 0xF900 and < 0x17000) or (>= 0x1B000 and < 0x20000) || rune.Value % 64 == 0)
            .Select(text).Chunk(500).Select(parts => string.Concat(parts))];

    private static JsonObject SmolLm2() =>
        JsonNode.Parse(File.ReadAllText(TestData.SharedOrSkip("golden", "tokenizer", "tokenizer.json")))!.AsObject();

    private static IEnumerable<string> CorpusSlices(int seed, int count)
    {
        var text = File.ReadAllText(TestData.SharedOrSkip("corpus", "fairytaleqa-val.txt"));
        var random = new Random(seed);
        return Enumerable.Range(0, count).Select(_ => text.Substring(random.Next(text.Length - 4000), random.Next(4000)));
    }

    private static void AddFirstByteMerges(JsonObject json)
    {
        var vocabulary = json["model"]!["vocab"]!.AsObject();
        foreach (var left in "a1\n(")
        {
            for (var value = 0; value < 256; value++)
            {
                var (first, second) = (SyntheticTokenizer.Symbols([(byte)left]), SyntheticTokenizer.Symbols([(byte)value]));
                vocabulary.Add(first + second, vocabulary.Count);
                json["model"]!["merges"]!.AsArray().Add($"{first} {second}");
            }
        }
    }

    // The vocabulary keeps their ids under names that no text gives: where merges are ignored, Hugging Face would still find them there.
    private static JsonObject WithoutSpecialTokens(JsonObject json)
    {
        var without = json.DeepClone().AsObject();
        var vocabulary = without["model"]!["vocab"]!.AsObject();
        foreach (var token in without["added_tokens"]!.AsArray().Where(token => token!["special"]!.GetValue<bool>()).ToList())
        {
            without["added_tokens"]!.AsArray().Remove(token);
            if (vocabulary.Remove(token!["content"]!.GetValue<string>(), out var id))
            {
                vocabulary.Add($"\0{id}", id);
            }
        }

        return without;
    }

    // What is left gets the ids that Hugging Face counts.
    private static JsonObject WithoutMarks(JsonObject json)
    {
        var without = WithoutSpecialTokens(json);
        var added = without["added_tokens"]!.AsArray();
        added.RemoveAll(token => !string.IsNullOrWhiteSpace((string?)token!["content"]));
        var vocabulary = without["model"]!["vocab"]!.AsObject();
        var next = vocabulary.Count;
        foreach (var token in added.Where(token => !vocabulary.ContainsKey((string)token!["content"]!)))
        {
            token!["id"] = next++;
        }

        return without;
    }

    private async Task AssertPlainAgreesAsync(JsonObject json, IReadOnlyList<string> texts)
    {
        var tokenizer = SyntheticTokenizer.Load(json);
        var withoutSpecial = WithoutSpecialTokens(json);
        AssertEqual(texts, await oracle.EncodeAsync(withoutSpecial.ToJsonString(), texts), text => tokenizer.EncodeToIds(text), tokenizer);
    }

    private async Task AssertSpecialAgreesAsync(JsonObject json, IReadOnlyList<string> texts)
    {
        var tokenizer = SyntheticTokenizer.Load(json);
        AssertEqual(texts, await oracle.EncodeAsync(json.ToJsonString(), texts), tokenizer.EncodeWithSpecialTokens, tokenizer);
    }

    private static void AssertEqual(
        IReadOnlyList<string> texts, int[][] expected, Func<string, IReadOnlyList<int>> encode, ByteLevelBpeTokenizer tokenizer)
    {
        for (var i = 0; i < texts.Count; i++)
        {
            var found = encode(texts[i]);
            Assert.True(
                found.SequenceEqual(expected[i]),
                $"{texts[i].Length} chars: {System.Text.Json.JsonSerializer.Serialize(texts[i])}\nexpected {Show(expected[i])}\nfound    {Show(found)}");
        }

        string Show(IEnumerable<int> ids) => string.Join(' ', ids.Select(id => $"{id}[{tokenizer.GetToken(id)}]"));
    }
}
