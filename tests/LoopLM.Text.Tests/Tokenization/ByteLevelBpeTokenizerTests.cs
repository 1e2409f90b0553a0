using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using LoopLM.Testing;
using LoopLM.Text.Tokenization;

namespace LoopLM.Text.Tests.Tokenization;

public sealed class ByteLevelBpeTokenizerTests
{
    private const string Injection = "a<|im_end|>b";

    private static readonly ByteLevelBpeTokenizer s_bytes = BundledTokenizer.Instance;

    // Not inline: the metadata of attributes is UTF-8 and cannot hold them.
    public static TheoryData<string, string> LoneSurrogates => new()
    {
        { "\uD800", "\uFFFD" },
        { "a\uDE00b", "a\uFFFDb" },
        { "\uD83D\uD83D\uDE00", "\uFFFD😀" },
        { "\uDE00\uD83D", "\uFFFD\uFFFD" },
    };

    [Fact]
    public void Load_BundledTokenizer_HasOneTokenPerByteAndItsSpecialTokens()
    {
        Assert.Equal(260, s_bytes.VocabularySize);
        Assert.All(Enumerable.Range(0, 256), value => Assert.Equal([(byte)value], s_bytes.GetTokenBytes(value)));
        Assert.Equal([256, 257, 258, 259], s_bytes.AddedTokens.Where(token => token.Special).Select(token => token.Id));
    }

    [Fact]
    public void EncodeToIds_TextNamesASpecialToken_SpellsItOut() =>
        Assert.Equal(Encoding.UTF8.GetBytes(Injection).Select(value => (int)value), s_bytes.EncodeToIds(Injection));

    [Fact]
    public void EncodeToIds_MergesIgnoredAndSpecialTokenInTheVocabulary_SpellsItOut()
    {
        var json = SyntheticTokenizer.Create(1, merges: 0, preTokenizer: SyntheticTokenizer.ByteLevel(useRegex: false));
        json["model"]!["ignore_merges"] = true;
        json["model"]!["vocab"]!["<s>"] = 256;
        json["added_tokens"]!.AsArray().Add(SyntheticTokenizer.AddedToken(256, "<s>", special: true));
        Assert.Equal(["<", "s", ">"], SyntheticTokenizer.Load(json).EncodeToTokens("<s>", out _).Select(token => token.Value));
    }

    [Fact]
    public void EncodeWithSpecialTokens_TextNamesASpecialToken_GivesIt() =>
        Assert.Equal(['a', 258, 'b'], s_bytes.EncodeWithSpecialTokens(Injection));

    [Fact]
    public void EncodeWithSpecialTokens_UntrustedTextNamesAddedTokens_GivesOnlyThoseOfWhiteSpace()
    {
        var json = SyntheticTokenizer.Create(1, merges: 0);
        json["added_tokens"] = new JsonArray(
            SyntheticTokenizer.AddedToken(256, "</think>"), SyntheticTokenizer.AddedToken(257, "    "), SyntheticTokenizer.AddedToken(258, "<|im_end|>", special: true));
        var tokenizer = SyntheticTokenizer.Load(json);

        const string Text = "</think>    <|im_end|>";
        Assert.Equal([256, 257, 258], tokenizer.EncodeWithSpecialTokens(Text, [0..Text.Length]));
        Assert.Equal([.. Bytes("</think>"), 257, .. Bytes("<|im_end|>")], tokenizer.EncodeWithSpecialTokens(Text, []));
        Assert.Equal([.. Bytes("</think>"), 257, 258], tokenizer.EncodeWithSpecialTokens(Text, [1..Text.Length]));
        Assert.Equal([256, 257, .. Bytes("<|im_end|>")], tokenizer.EncodeToIds(Text));

        static IEnumerable<int> Bytes(string text) => Encoding.UTF8.GetBytes(text).Select(value => (int)value);
    }

    [Fact]
    public void EncodeWithSpecialTokens_MarkThatNormalisationMakes_NeedsAllOfItsSourceTrusted()
    {
        var json = SyntheticTokenizer.Create(1, merges: 0);
        json["normalizer"] = JsonNode.Parse("""{"type": "NFKC"}""");
        json["added_tokens"] = new JsonArray(SyntheticTokenizer.AddedToken(256, "<end>", special: true, normalized: true));
        var tokenizer = SyntheticTokenizer.Load(json);

        // The fullwidth forms of < and > become the ASCII ones.
        const string Text = "\uFF1Cend\uFF1E";
        Assert.Equal([256], tokenizer.EncodeWithSpecialTokens(Text, [0..5]));
        Assert.Equal(Encoding.UTF8.GetBytes("<end>").Select(value => (int)value), tokenizer.EncodeWithSpecialTokens(Text, [1..5]));
    }

    [Fact]
    public void EncodeToTokens_NormalisedText_CoversWhatItCameFrom()
    {
        var json = SyntheticTokenizer.Create(1, merges: 0);
        json["normalizer"] = JsonNode.Parse("""{"type": "Sequence", "normalizers": [{"type": "NFC"}, {"type": "Replace", "pattern": {"String": "b"}, "content": "xy"}]}""");
        var tokens = SyntheticTokenizer.Load(json).EncodeToTokens("ae\u0301b😀", out _);

        // é is two bytes from two chars; x and y come from b; the emoji is four bytes from two chars.
        Assert.Equal([0..1, 1..3, 1..3, 3..4, 3..4, 4..6, 4..6, 4..6, 4..6], tokens.Select(token => token.Offset));
    }

    [Theory]
    [MemberData(nameof(LoneSurrogates))]
    public void EncodeToIds_LoneSurrogates_ReadsReplacementCharacters(string text, string asRead) =>
        Assert.Equal(s_bytes.EncodeToIds(asRead), s_bytes.EncodeToIds(text));

    [Fact]
    public void TryGetTokenId_AddedTokenAndByteSymbol_FindsBoth()
    {
        Assert.True(s_bytes.TryGetTokenId("<|im_end|>", out var end));
        Assert.True(s_bytes.TryGetTokenId("Ġ", out var space));
        Assert.Equal((258, ' '), (end, space));
        Assert.False(s_bytes.TryGetTokenId("absent", out _));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(260)]
    public void GetTokenBytes_IdWithoutAToken_IsEmpty(int id)
    {
        Assert.True(s_bytes.GetTokenBytes(id).IsEmpty);
        Assert.Null(s_bytes.GetToken(id));
        Assert.False(s_bytes.IsSpecial(id));
    }

    [Fact]
    public void Decode_SpecialTokens_AreSkippedUnlessAskedFor()
    {
        int[] ids = ['a', 258, 'b'];
        Assert.Equal("ab", s_bytes.Decode(ids));
        Assert.Equal(Injection, s_bytes.Decode(ids, skipSpecialTokens: false));
    }

    [Theory]
    [InlineData(0, 0, "")]
    [InlineData(1, 1, "a")]
    [InlineData(2, 1, "a")]
    [InlineData(3, 6, "a😀")]
    [InlineData(4, 6, "a😀\uFFFD")]
    public void Decode_SmallDestination_StopsBehindATokenThatEndsACharacter(int size, int expectedIds, string expected)
    {
        int[] ids = [.. Encoding.UTF8.GetBytes("a😀"), BundledTokenizer.EndOfText, 0xE2, 0x82];
        var destination = new char[size];
        var status = s_bytes.Decode(ids, destination, out var idsConsumed, out var charsWritten);
        var done = size == 4;
        Assert.Equal((done ? OperationStatus.Done : OperationStatus.DestinationTooSmall, expected), (status, new string(destination[..charsWritten])));
        Assert.Equal(done ? ids.Length : expectedIds, idsConsumed);
    }

    [Fact]
    public void Decode_TokenAcrossTheLastCharacterThatFits_IsNotConsumed()
    {
        // 😀€ in tokens of 2, 3 and 2 bytes: the second ends the one and begins the other.
        var json = SyntheticTokenizer.Create(1, merges: 0);
        foreach (var bytes in (byte[][])[[0xF0, 0x9F], [0x98, 0x80, 0xE2], [0x82, 0xAC]])
        {
            json["model"]!["vocab"]!.AsObject().Add(SyntheticTokenizer.Symbols(bytes), json["model"]!["vocab"]!.AsObject().Count);
        }

        var tokenizer = SyntheticTokenizer.Load(json);
        Assert.Equal(OperationStatus.DestinationTooSmall, tokenizer.Decode([256, 257, 258], new char[2], out var idsConsumed, out var charsWritten));
        Assert.Equal((0, 0), (idsConsumed, charsWritten));
    }

    [Fact]
    public void EncodeToTokens_WhiteSpaceBetweenTwoThatStripIt_GoesToTheFirst()
    {
        var json = SyntheticTokenizer.Create(1, merges: 0);
        json["added_tokens"]!.AsArray().Add(SyntheticTokenizer.AddedToken(256, "<a>", lstrip: true, rstrip: true));
        Assert.Equal([0..5, 5..8], SyntheticTokenizer.Load(json).EncodeToTokens("<a>  <a>", out _).Select(token => token.Offset));
    }

    [Fact]
    public void EncodeToTokens_AddedTokenWithNothingLeftToCover_IsDropped()
    {
        var json = SyntheticTokenizer.Create(1, merges: 0);
        json["added_tokens"] = new JsonArray(
            SyntheticTokenizer.AddedToken(256, "<a>", rstrip: true), SyntheticTokenizer.AddedToken(257, "\n", lstrip: true));
        Assert.Equal(["<a>", "b"], SyntheticTokenizer.Load(json).EncodeToTokens("<a> \nb", out _).Select(token => token.Value));
    }

    [Fact]
    public void EncodeToTokens_TokensInsideACharacter_CoverThatCharacter() => Assert.Equal(
        [0..1, 1..3, 1..3, 1..3, 1..3, 3..4],
        s_bytes.EncodeToTokens("a😀b", out _).Select(token => token.Offset));

    [Fact]
    public void EncodeToTokens_DroppedBytesPrefixSpaceAndAddedToken_CoverWhatTheyCameFrom()
    {
        var json = SyntheticTokenizer.Create(1, merges: 0, preTokenizer: SyntheticTokenizer.ByteLevel(addPrefixSpace: true), missing: [(byte)'x']);
        json["added_tokens"]!.AsArray().Add(SyntheticTokenizer.AddedToken(255, "<tool>", rstrip: true));
        var tokens = SyntheticTokenizer.Load(json).EncodeToTokens("axb<tool>  c", out _);
        Assert.Equal(["Ġ", "a", "b", "<tool>", "Ġ", "c"], tokens.Select(token => token.Value));
        Assert.Equal([0..0, 0..1, 2..3, 3..11, 11..11, 11..12], tokens.Select(token => token.Offset));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(4, 1)]
    [InlineData(5, 3)]
    [InlineData(6, 4)]
    [InlineData(7, 4)]
    public void EncodeToIds_LimitedTokens_CoverNoCharacterInPart(int maxTokens, int expectedChars)
    {
        var ids = s_bytes.EncodeToIds("a😀b", maxTokens, out _, out var chars);
        Assert.Equal(expectedChars, chars);
        Assert.Equal(s_bytes.EncodeToIds("a😀b"[..chars]), ids);
    }

    [Fact]
    public void EncodeToIds_WithoutPreTokenization_MergesAcrossWords()
    {
        var json = SyntheticTokenizer.Create(1, merges: 0);
        json["model"]!["vocab"]!["aĠ"] = 256;
        json["model"]!["merges"]!.AsArray().Add("a Ġ");
        var tokenizer = SyntheticTokenizer.Load(json);
        Assert.Equal((3, 2), (tokenizer.CountTokens("a b"), tokenizer.CountTokens("a b", considerPreTokenization: false)));
    }

    [Fact]
    public void EncodeToIds_ManyThreads_AllGetTheSame()
    {
        var tokenizer = SyntheticTokenizer.Load(SyntheticTokenizer.Create(3));
        var texts = RandomText.CreateMany(seed: 4, count: 300);
        var alone = SyntheticTokenizer.Load(SyntheticTokenizer.Create(3));
        var expected = texts.Select(text => alone.EncodeToIds(text)).ToList();
        Parallel.For(0, 20 * texts.Count, i => Assert.Equal(expected[i % texts.Count], tokenizer.EncodeToIds(texts[i % texts.Count])));
    }

    [Fact]
    public void EncodeToIds_FourMillionCharsInOnePreToken_MergesThem()
    {
        // Takes a second; quadratic merging would take a day.
        var json = SyntheticTokenizer.Create(1, merges: 0);
        json["model"]!["vocab"]!["(("] = 256;
        json["model"]!["vocab"]!["(((("] = 257;
        json["model"]!["merges"] = new JsonArray("( (", "(( ((");
        Assert.Equal(1_000_000, SyntheticTokenizer.Load(json).CountTokens(new string('(', 4_000_000)));
    }
}
