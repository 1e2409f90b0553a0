using System.Text;
using System.Text.Json.Nodes;
using LoopLM.Testing;
using LoopLM.Text.Tokenization;

namespace LoopLM.Text.Tests.Tokenization.Json;

public sealed class TokenizerJsonTests
{
    private static readonly JsonNode s_template = JsonNode.Parse(
        """
        {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
         "special_tokens": {"<s>": {"id": "<s>", "ids": [2], "tokens": ["<s>"]}}}
        """)!;

    public static TheoryData<string, string, string> Refused => new()
    {
        // Where, the value put there, what the message must say.
        { "version", "\"2.0\"", "version is \"2.0\"; supported: \"1.0\"" },
        { "normalizer", """{"type": "Precompiled"}""", "normalizer.type is \"Precompiled\"; supported: null, NFC" },
        { "normalizer", """{"type": "Sequence", "normalizers": [{"type": "Nmt"}]}""", "normalizer.normalizers[0].type is \"Nmt\"" },
        { "normalizer", """{"type": "Replace", "pattern": {"Regex": "(a"}, "content": ""}""", "normalizer.pattern.Regex is \"(a\"; supported: patterns of" },
        { "normalizer", """{"type": "Prepend", "prepend": 1}""", "normalizer.prepend is 1; supported: a string" },
{ "decoder", "null", "decoder.type is absent" },
        { "decoder", """{"type": "Metaspace"}""", "decoder.type is \"Metaspace\"; supported: \"ByteLevel\"" },
        { "decoder", """{"type": "Sequence", "decoders": []}""", "decoder.type is \"Sequence\"; supported: \"ByteLevel\"" },
        { "decoder", """{"type": "Sequence", "decoders": [{"type": "Fuse"}, {"type": "ByteLevel"}]}""", "decoder.decoders[0].type is \"Fuse\"" },
        { "decoder", """{"type": "Sequence", "decoders": [{"type": "ByteLevel"}, {"type": "Strip"}]}""", "decoder.decoders[1].type is \"Strip\"; supported: \"Fuse\"" },
        { "post_processor", """{"type": "BertProcessing"}""", "post_processor.cls is absent; supported: an array" },
        { "post_processor", """{"type": "RobertaProcessing", "cls": ["<s>", 257], "sep": ["</s>", 300]}""", "the token 300" },
        { "post_processor", """{"type": "Special"}""", "post_processor.type is \"Special\"; supported: ByteLevel, TemplateProcessing" },
        { "post_processor", """{"type": "TemplateProcessing", "single": []}""", "post_processor.single is []" },
        { "post_processor", """{"type": "TemplateProcessing", "single": [{"Sequence": {"id": "A"}}, {"Sequence": {"id": "A"}}]}""", "a template with the sequence A once" },
        { "post_processor", """{"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<s>"}}, {"Sequence": {"id": "A"}}]}""", "post_processor.special_tokens.<s>.ids is absent" },
        { "post_processor", """{"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "x"}}, {"Sequence": {"id": "A"}}], "special_tokens": {"x": {"ids": [9000]}}}""", "the token 9000" },
        { "post_processor", $$"""{"type": "Sequence", "processors": [{{s_template.ToJsonString()}}, {{s_template.ToJsonString()}}]}""", "one stage at most that adds tokens" },
        { "pre_tokenizer", "null", "pre_tokenizer is null; supported: ByteLevel" },
        { "pre_tokenizer", """{"type": "Whitespace"}""", "pre_tokenizer is {\"type\":\"Whitespace\"}" },
        { "pre_tokenizer", """{"type": "ByteLevel"}""", "pre_tokenizer.add_prefix_space is absent; supported: true or false" },
        { "pre_tokenizer", """{"type": "Sequence", "pretokenizers": [{"type": "Metaspace"}, {"type": "ByteLevel", "add_prefix_space": false}]}""", "pre_tokenizer.pretokenizers[0].type is \"Metaspace\"" },
        { "pre_tokenizer", """{"type": "Sequence", "pretokenizers": [{"type": "CharDelimiterSplit", "delimiter": "ab"}, {"type": "ByteLevel", "add_prefix_space": false}]}""", "pre_tokenizer.pretokenizers[0].delimiter is \"ab\"; supported: one character" },
        { "pre_tokenizer", """{"type": "Sequence", "pretokenizers": [{"type": "Digits", "individual_digits": true}]}""", "pre_tokenizer is {" },
        { "pre_tokenizer", """{"type": "Sequence", "pretokenizers": [{"type": "Split", "pattern": {"Regex": "\\bx"}, "behavior": "Isolated", "invert": false}, {"type": "ByteLevel", "add_prefix_space": false}]}""", "pre_tokenizer.pretokenizers[0].pattern.Regex is" },
        { "pre_tokenizer", """{"type": "Sequence", "pretokenizers": [{"type": "Split", "pattern": {"String": "x"}, "behavior": "Split", "invert": false}, {"type": "ByteLevel", "add_prefix_space": false}]}""", "pre_tokenizer.pretokenizers[0].behavior is \"Split\"" },
        { "model", "null", "model.vocab is absent; supported: an object" },
        { "model.type", "\"Unigram\"", "model.type is \"Unigram\"; supported: \"BPE\"" },
        { "model.dropout", "0.1", "model.dropout is 0.1" },
        { "model.continuing_subword_prefix", "\"##\"", "model.continuing_subword_prefix is \"##\"" },
        { "model.end_of_word_suffix", "\"</w>\"", "model.end_of_word_suffix is" },
        { "model.byte_fallback", "true", "model.byte_fallback is true; supported: false" },
        { "model.ignore_merges", "1", "model.ignore_merges is 1; supported: true or false" },
        { "model.unk_token", "\"<unk>\"", "model.unk_token is \"<unk>\"" },
        { "model.vocab", """{"a": 0, "b": 0}""", "model.vocab[\"b\"] is 0; supported: an id of its own; 0 is also the id of \"a\"" },
        { "model.vocab", """{"a": -1}""", "model.vocab[\"a\"] is -1; supported: a whole number from 0 to 4194303" },
        { "model.vocab", """{"a": 4194304}""", "model.vocab[\"a\"] is 4194304" },
        { "model.vocab", """{"a": 1.5}""", "model.vocab[\"a\"] is 1.5" },
        { "model.merges", "{}", "model.merges is {}; supported: an array" },
        { "model.merges", "[\"a\"]", "model.merges[0] is \"a\"; supported: two tokens" },
        { "model.merges", "[[\"a\", 1]]", "model.merges[0][1] is 1; supported: a string" },
        { "model.merges", "[\"a zz\"]", "model.merges[0] names \"zz\", which is not in model.vocab" },
        { "model.merges", "[\"a b\", \"a c\"]", "model.merges[1] names \"ac\"" },
        { "added_tokens", """[{"id": 257, "content": "x"}]""", "added_tokens[0].special is absent; supported: true or false" },
        { "added_tokens[0].content", "\"\"", "added_tokens[0].content is \"\"" },
        { "added_tokens[0].content", "\"</s>\"", "added_tokens[1].content is \"</s>\"; supported: 1 to 1024 chars that no other added token has" },
        { "added_tokens[0].id", "300", "added_tokens[0].id is 300; supported: 257" },
        { "added_tokens[0].content", "\"ab\"", "added_tokens[0].special is true; supported: false" },
        { "added_tokens[0].content", "\"a\"", "added_tokens[0].special is true; supported: false" },
    };

    public static TheoryData<string, string> Accepted => new()
    {
        { "version", "null" },
        { "added_tokens", "null" },
        { "truncation", """{"max_length": 5, "strategy": "LongestFirst", "stride": 0}""" },
        { "padding", """{"strategy": "BatchLongest", "pad_id": 257}""" },
        { "normalizer", """{"type": "NFC"}""" },
        { "normalizer", """{"type": "Sequence", "normalizers": []}""" },
        { "decoder", """{"type": "Sequence", "decoders": [{"type": "ByteLevel"}, {"type": "Fuse"}]}""" },
        { "model.dropout", "0" },
        { "model.dropout", "0.0" },
        { "post_processor", """{"type": "Sequence", "processors": []}""" },
        { "post_processor", """{"type": "RobertaProcessing", "cls": ["<s>", 257], "sep": ["</s>", 258], "trim_offsets": true, "add_prefix_space": false}""" },
        { "post_processor", """{"type": "ByteLevel", "trim_offsets": false}""" },
        { "post_processor", s_template.ToJsonString() },
        { "post_processor", $$"""{"type": "Sequence", "processors": [{"type": "ByteLevel"}, {{s_template.ToJsonString()}}]}""" },
        { "model.type", "null" },
        { "model.continuing_subword_prefix", "\"\"" },
        { "model.fuse_unk", "true" },
        { "model.merges", "[\"#version: 0.2\", \"a b\"]" },
        { "model.merges", "[[\"a\", \"b\"]]" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void Load_UnsupportedField_NamesItAndWhatIsSupported(string path, string value, string expected)
    {
        var exception = Assert.Throws<TokenizerException>(() => SyntheticTokenizer.Load(With(path, value)));
        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Accepted))]
    public void Load_FieldWithoutEffect_EncodesAsWithoutIt(string path, string value) =>
        Assert.Equal(SyntheticTokenizer.Load(Small()).EncodeToIds("abc"), SyntheticTokenizer.Load(With(path, value)).EncodeToIds("abc"));

    [Fact]
    public void AddSpecialTokens_Template_PutsThemAroundTheText()
    {
        var json = With("post_processor", s_template.ToJsonString());
        json["post_processor"]!["single"]!.AsArray().Add(JsonNode.Parse("""{"SpecialToken": {"id": "<s>"}}"""));
        Assert.Equal([2, 7, 2], SyntheticTokenizer.Load(json).AddSpecialTokens([7]));
    }

    [Theory]
    [InlineData("RobertaProcessing")]
    [InlineData("BertProcessing")]
    public void AddSpecialTokens_PairOfTokens_PutsThemAroundTheText(string type)
    {
        var json = With("post_processor", $$"""{"type": "{{type}}", "cls": ["<s>", 257], "sep": ["</s>", 258]}""");
        Assert.Equal([257, 7, 258], SyntheticTokenizer.Load(json).AddSpecialTokens([7]));
    }

    [Fact]
    public void AddSpecialTokens_NoTemplate_ChangesNothing() => Assert.Equal([7], SyntheticTokenizer.Load(Small()).AddSpecialTokens([7]));

    [Fact]
    public void Load_SeveralProblems_ListsThemAll()
    {
        var json = With("version", "2");
        json["decoder"] = 1;
        Assert.Equal(2, Assert.Throws<TokenizerException>(() => SyntheticTokenizer.Load(json)).Problems.Count);
    }

    [Fact]
    public void Load_AddedTokenTakesAnIdOfTheModel_IsRefused()
    {
        // The model's 257 entries leave a hole, so that counting on from 257 meets the last of them.
        var json = With("model.vocab.ab", "257");
        Assert.Contains("added_tokens[0].id is 257", Assert.Throws<TokenizerException>(() => SyntheticTokenizer.Load(json)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_UnknownTokenThatNoTextNeeds_IsAccepted()
    {
        var json = SyntheticTokenizer.Create(1, merges: 0);
        json["model"]!["unk_token"] = "a";
        Assert.Equal(256, SyntheticTokenizer.Load(json).VocabularySize);
    }

    [Theory]
    [InlineData("", "it is empty")]
    [InlineData("{\n \"version\"", "it ends at line 2, byte 11, before it is complete")]
    [InlineData("{\n \"version\": 1.0.1}", "line 2, byte 16: found '.'; a number is written like 16, -0.5 or 1e6, without a plus sign, zeros or a point before it")]
    [InlineData("""{"version": "1.0", "version": "1.0"}""", "line 1, byte 20: the name 'version' comes twice in one object")]
    [InlineData("""{"model": {"vocab": {"a": 0, "\u0061": 1}}}""", "line 1, byte 30: the name 'a' comes twice in one object")]
    public void Load_MalformedJsonOrRepeatedNames_SaysWhereAndWhatIsExpected(string json, string problem) => Assert.Equal(
        $"it is not valid JSON: {problem}. Download it again",
        Assert.Single(Assert.Throws<TokenizerException>(() => LoadText(json)).Problems));

    [Theory]
    [InlineData("\"abc\":256", "\"\\ud800\":256", "a name contains an escaped lone surrogate")]
    [InlineData("\"version\":\"1.0\"", "\"version\":\"\\udc00\\ud800\"", "version is \"\\udc00\\ud800\"; supported: \"1.0\"")]
    [InlineData("\"abc\":256", "\"abc\u00FF\":256", "it is not UTF-8")]
    [InlineData("\"</s>\"", "\"\\ud800\"", "added_tokens[1].content is \"\\ud800\"; supported: a string of well-formed Unicode")]
    public void Load_TextThatIsNoUnicode_IsRefused(string text, string replacement, string expected)
    {
        // Latin-1 writes the byte FF, which is never UTF-8.
        var json = SyntheticTokenizer.ToJson(Small());
        var bytes = Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(json)).Replace(text, replacement, StringComparison.Ordinal));
        var exception = Assert.Throws<TokenizerException>(() => ByteLevelBpeTokenizer.Load(new MemoryStream(bytes)));
        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_JsonThatIsNoObject_IsRefused() => Assert.Throws<TokenizerException>(() => LoadText("[]"));

    [Fact]
    public void Load_FileTooLarge_IsRefusedBeforeItIsRead()
    {
        var exception = Assert.Throws<TokenizerException>(() => ByteLevelBpeTokenizer.Load(new EndlessStream()));
        Assert.Contains("larger than 67108864 bytes", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_RandomlyBrokenFiles_ThrowsNothingElse()
    {
        var random = new Random(1);
        var bytes = Encoding.UTF8.GetBytes(SyntheticTokenizer.ToJson(Small()));
        for (var i = 0; i < 5000; i++)
        {
            var broken = bytes.ToArray();
            for (var j = random.Next(1, 4); j > 0; j--)
            {
                // A byte from elsewhere in the file keeps more of them JSON than a random one.
                broken[random.Next(broken.Length)] = random.Next(8) == 0 ? (byte)random.Next(256) : bytes[random.Next(bytes.Length)];
            }

            try
            {
                ByteLevelBpeTokenizer.Load(new MemoryStream(broken));
            }
            catch (TokenizerException)
            {
            }
        }
    }

    [Fact]
    public void Load_TextThatSteersATerminal_IsShownEscapedAndCut()
    {
        var json = With("model.merges", $"[\"\\u001b\\u0085{new string('a', 5000)} b\"]").ToJsonString();

        var exception = Assert.Throws<TokenizerException>(() => LoadText(json));

        Assert.DoesNotContain(string.Concat(exception.Problems), char.IsControl);
        Assert.All(exception.Problems, problem => Assert.InRange(problem.Length, 1, 1100));
        Assert.Contains("\\u001b\\u0085", exception.Message, StringComparison.Ordinal);
    }

    // "a", "b", "ab" among the bytes (less one, so that an unknown token would matter), and two special tokens.
    private static JsonObject Small()
    {
        var json = SyntheticTokenizer.Create(1, merges: 0, missing: [0x04]);
        json["model"]!["vocab"]!["ab"] = 255;
        json["model"]!["vocab"]!["abc"] = 256;
        json["model"]!["merges"] = new JsonArray("a b");
        json["added_tokens"] = new JsonArray(
            SyntheticTokenizer.AddedToken(257, "<s>", special: true), SyntheticTokenizer.AddedToken(258, "</s>", special: true));
        return json;
    }

    private static JsonObject With(string path, string value)
    {
        var json = Small();
        JsonNode parent = json;
        var parts = path.Replace("[0]", ".0", StringComparison.Ordinal).Split('.');
        foreach (var part in parts[..^1])
        {
            parent = parent is JsonArray array ? array[int.Parse(part)]! : parent[part]!;
        }

        parent[parts[^1]] = JsonNode.Parse(value);
        return json;
    }

    private static void LoadText(string json) => ByteLevelBpeTokenizer.Load(new MemoryStream(Encoding.UTF8.GetBytes(json)));

    private sealed class EndlessStream : MemoryStream
    {
        public override int Read(Span<byte> buffer)
        {
            buffer.Fill((byte)' ');
            return buffer.Length;
        }
    }
}
