using System.Text.Json.Nodes;
using LoopLM.Testing;

namespace LoopLM.Text.Tests.Tokenization;

/// <summary>Synthetic tokenizer.json files that together use everything that is supported.</summary>
internal static class TokenizerCases
{
    public static Dictionary<string, Func<JsonObject>> All { get; } = new()
    {
        ["GPT-2"] = () => SyntheticTokenizer.Create(1),
        ["prefix space"] = () => SyntheticTokenizer.Create(2, preTokenizer: SyntheticTokenizer.ByteLevel(addPrefixSpace: true)),
        ["no pre-tokens"] = () => SyntheticTokenizer.Create(3, preTokenizer: SyntheticTokenizer.ByteLevel(useRegex: false)),
        ["single digits"] = () => SyntheticTokenizer.Create(
            4, preTokenizer: SyntheticTokenizer.Sequence(SyntheticTokenizer.Digits(individual: true), SyntheticTokenizer.ByteLevel())),
        ["digit runs, prefix space"] = () => SyntheticTokenizer.Create(
            5, preTokenizer: SyntheticTokenizer.Sequence(SyntheticTokenizer.Digits(individual: false), SyntheticTokenizer.ByteLevel(addPrefixSpace: true))),
        ["Llama 3, merges ignored"] = () => IgnoringMerges(SyntheticTokenizer.Create(
            6, mergesAsPairs: true, preTokenizer: SyntheticTokenizer.Sequence(
                SyntheticTokenizer.Split(SplitPatterns.Llama3), SyntheticTokenizer.ByteLevel(useRegex: false)))),
        ["Qwen 2"] = () => SyntheticTokenizer.Create(
            7, preTokenizer: SyntheticTokenizer.Sequence(
                SyntheticTokenizer.Split(SplitPatterns.Qwen2, "Removed", invert: true), SyntheticTokenizer.ByteLevel(useRegex: false))),
        ["split twice"] = () => SyntheticTokenizer.Create(
            8, preTokenizer: SyntheticTokenizer.Sequence(
                SyntheticTokenizer.Sequence(SyntheticTokenizer.Split(SplitPatterns.Llama3), SyntheticTokenizer.Split(SplitPatterns.Gpt2)),
                SyntheticTokenizer.ByteLevel())),
        ["missing bytes"] = () => SyntheticTokenizer.Create(
            9, preTokenizer: SyntheticTokenizer.ByteLevel(useRegex: false), missing: [0x04, 0x13, (byte)'e', 0xC3, 0xF0, 0xF1, 0xA0]),
        ["cl100k"] = () => SplitBy(14, SplitPatterns.Cl100k),
        ["o200k"] = () => SplitBy(15, SplitPatterns.O200k),
        ["Tekken"] = () => SplitBy(16, SplitPatterns.Tekken),
        ["DeepSeek V3"] = () => SyntheticTokenizer.Create(
            17, preTokenizer: SyntheticTokenizer.Sequence(
                SyntheticTokenizer.Split(@"\p{N}{1,3}"), SyntheticTokenizer.Split("[一-龥぀-ゟ゠-ヿ]+"), SyntheticTokenizer.Split(SplitPatterns.DeepSeekV3),
                SyntheticTokenizer.ByteLevel(useRegex: false))),
        ["DeepSeek Coder"] = () => SyntheticTokenizer.Create(
            18, preTokenizer: SyntheticTokenizer.Sequence(
                SyntheticTokenizer.Split("[\r\n]"), SyntheticTokenizer.Split(@"\s?\p{L}+"), SyntheticTokenizer.Split(@"\s?\p{P}+"),
                SyntheticTokenizer.Split("[一-龥ࠀ-一가-퟿]+"), SyntheticTokenizer.Digits(individual: true), SyntheticTokenizer.ByteLevel(useRegex: false))),
        ["Claude"] = () => SplitBy(19, SplitPatterns.Claude),
        ["BLOOM"] = () => SplitBy(20, SplitPatterns.Bloom),
        ["Kimi"] = () => SplitBy(21, SplitPatterns.Kimi),
        ["odd pattern"] = () => SplitBy(22, SplitPatterns.Odd),
        ["removed"] = () => SplitBy(23, @"\s|[aeiou]", "Removed"),
        ["inverted"] = () => SplitBy(24, @"\p{L}+|\p{N}+", "Removed", invert: true),
        ["merged with previous"] = () => SplitBy(25, @"[\s\p{P}]", "MergedWithPrevious"),
        ["merged with next"] = () => SplitBy(26, @"[\s\p{P}]", "MergedWithNext"),
        ["merged with next, inverted"] = () => SplitBy(27, @"\p{L}", "MergedWithNext", invert: true),
        ["contiguous"] = () => SplitBy(28, @"[\s\p{P}]", "Contiguous"),
        ["text"] = () => SyntheticTokenizer.Create(29, preTokenizer: SyntheticTokenizer.Sequence(
            JsonNode.Parse("""{"type": "Split", "pattern": {"String": "  "}, "behavior": "MergedWithPrevious", "invert": false}""")!, SyntheticTokenizer.ByteLevel())),
        ["white space"] = () => Staged(30, """{"type": "Whitespace"}"""),
        ["between white space"] = () => Staged(31, """{"type": "WhitespaceSplit"}"""),
        ["punctuation"] = () => Staged(32, """{"type": "Punctuation"}"""),
        ["runs of punctuation"] = () => Staged(33, """{"type": "Punctuation", "behavior": "Contiguous"}"""),
        ["delimiter"] = () => Staged(34, """{"type": "CharDelimiterSplit", "delimiter": "e"}"""),
        ["NFC"] = () => Normalized(40, """{"type": "NFC"}"""),
        ["NFD"] = () => Normalized(41, """{"type": "NFD"}"""),
        ["NFKC"] = () => Normalized(42, """{"type": "NFKC"}"""),
        ["NFKD"] = () => Normalized(43, """{"type": "NFKD"}"""),
        ["lower case"] = () => Normalized(44, """{"type": "Lowercase"}"""),
        ["stripped"] = () => Normalized(45, """{"type": "Strip", "strip_left": true, "strip_right": true}"""),
        ["stripped on the right"] = () => Normalized(46, """{"type": "Strip", "strip_left": false, "strip_right": true}"""),
        ["without accents"] = () => Normalized(47, """{"type": "Sequence", "normalizers": [{"type": "NFD"}, {"type": "StripAccents"}, {"type": "Lowercase"}]}"""),
        ["prefix"] = () => Normalized(48, """{"type": "Prepend", "prepend": "▁x"}"""),
        ["replaced"] = () => Normalized(49, """{"type": "Sequence", "normalizers": [{"type": "Replace", "pattern": {"Regex": "\\s+"}, "content": " "}, {"type": "Replace", "pattern": {"String": "the"}, "content": "é"}]}"""),
        ["nothing normalised"] = () => Normalized(50, """{"type": "Sequence", "normalizers": []}"""),
        ["CLIP"] = () => Normalized(51, """{"type": "Sequence", "normalizers": [{"type": "NFC"}, {"type": "Replace", "pattern": {"Regex": "\\s+"}, "content": " "}, {"type": "Lowercase"}]}"""),
        ["merges given twice"] = () => RepeatingMerges(SyntheticTokenizer.Create(13)),
        ["added tokens"] = () => WithAddedTokens(SyntheticTokenizer.Create(10)),
        ["added tokens, prefix space"] = () => WithAddedTokens(SyntheticTokenizer.Create(11, preTokenizer: SyntheticTokenizer.ByteLevel(addPrefixSpace: true))),
        ["added tokens, merges ignored"] = () => IgnoringMerges(WithAddedTokens(
            SyntheticTokenizer.Create(12, preTokenizer: SyntheticTokenizer.ByteLevel(useRegex: false)))),
    };

    private static JsonObject SplitBy(int seed, string pattern, string behavior = "Isolated", bool invert = false) => SyntheticTokenizer.Create(
        seed, preTokenizer: SyntheticTokenizer.Sequence(SyntheticTokenizer.Split(pattern, behavior, invert), SyntheticTokenizer.ByteLevel(useRegex: false)));

    private static JsonObject Staged(int seed, string stage) => SyntheticTokenizer.Create(
        seed, preTokenizer: SyntheticTokenizer.Sequence(JsonNode.Parse(stage)!, SyntheticTokenizer.ByteLevel(useRegex: false)));

    private static JsonObject Normalized(int seed, string normalizer)
    {
        var json = WithAddedTokens(SyntheticTokenizer.Create(seed));
        json["normalizer"] = JsonNode.Parse(normalizer);
        return json;
    }

    // A pair that is given twice has its later rank.
    private static JsonObject RepeatingMerges(JsonObject json)
    {
        var merges = json["model"]!["merges"]!.AsArray();
        foreach (var merge in merges.Take(100).ToList())
        {
            merges.Add(merge!.DeepClone());
        }

        return json;
    }

    private static JsonObject IgnoringMerges(JsonObject json)
    {
        json["model"]!["ignore_merges"] = true;
        return json;
    }

    // Special tokens come last, so that without them the others keep the ids that Hugging Face counts.
    private static JsonObject WithAddedTokens(JsonObject json)
    {
        var vocabulary = json["model"]!["vocab"]!.AsObject();
        vocabulary.Add("<|pad|>", vocabulary.Count);
        var next = vocabulary.Count;
        json["added_tokens"] = new JsonArray(
            SyntheticTokenizer.AddedToken(Id("<tool"), "<tool"),
            SyntheticTokenizer.AddedToken(Id("<tool>"), "<tool>"),
            SyntheticTokenizer.AddedToken(Id("WORD"), "WORD", singleWord: true, normalized: true),
            SyntheticTokenizer.AddedToken(Id("STRIP"), "STRIP", lstrip: true, rstrip: true),
            SyntheticTokenizer.AddedToken(Id("\n\n"), "\n\n"),
            SyntheticTokenizer.AddedToken(Id("   "), "   "),
            SyntheticTokenizer.AddedToken(Id("é"), "é"),
            SyntheticTokenizer.AddedToken(Id("Ġ"), "Ġ", normalized: true),
            SyntheticTokenizer.AddedToken(Id("<|pad|>"), "<|pad|>", special: true),
            SyntheticTokenizer.AddedToken(Id("<|endoftext|>"), "<|endoftext|>", special: true, lstrip: true),
            SyntheticTokenizer.AddedToken(Id("<|im_start|>"), "<|im_start|>", special: true, rstrip: true),
            SyntheticTokenizer.AddedToken(Id("<tool>x"), "<tool>x", special: true, singleWord: true),
            SyntheticTokenizer.AddedToken(Id("<|im_end|>"), "<|im_end|>", special: true, normalized: true));
        return json;

        int Id(string content) => vocabulary[content]?.GetValue<int>() ?? next++;
    }
}
