using System.Text.Json.Nodes;
using LoopLM.Text.Tokenization.PreTokenization;

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
                SyntheticTokenizer.Split(Llama3Splitter.Pattern), SyntheticTokenizer.ByteLevel(useRegex: false)))),
        ["Qwen 2"] = () => SyntheticTokenizer.Create(
            7, preTokenizer: SyntheticTokenizer.Sequence(
                SyntheticTokenizer.Split(Llama3Splitter.SingleDigitPattern, "Removed", invert: true), SyntheticTokenizer.ByteLevel(useRegex: false))),
        ["split twice"] = () => SyntheticTokenizer.Create(
            8, preTokenizer: SyntheticTokenizer.Sequence(
                SyntheticTokenizer.Sequence(SyntheticTokenizer.Split(Llama3Splitter.Pattern), SyntheticTokenizer.Split(Gpt2Splitter.Pattern)),
                SyntheticTokenizer.ByteLevel())),
        ["missing bytes"] = () => SyntheticTokenizer.Create(
            9, preTokenizer: SyntheticTokenizer.ByteLevel(useRegex: false), missing: [0x04, 0x13, (byte)'e', 0xC3, 0xF0, 0xF1, 0xA0]),
        ["merges given twice"] = () => RepeatingMerges(SyntheticTokenizer.Create(13)),
        ["added tokens"] = () => WithAddedTokens(SyntheticTokenizer.Create(10)),
        ["added tokens, prefix space"] = () => WithAddedTokens(SyntheticTokenizer.Create(11, preTokenizer: SyntheticTokenizer.ByteLevel(addPrefixSpace: true))),
        ["added tokens, merges ignored"] = () => IgnoringMerges(WithAddedTokens(
            SyntheticTokenizer.Create(12, preTokenizer: SyntheticTokenizer.ByteLevel(useRegex: false)))),
    };

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
