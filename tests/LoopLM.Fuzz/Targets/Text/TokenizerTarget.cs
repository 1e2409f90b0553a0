using System.Text;
using LoopLM.Fuzz.Fuzzing;
using LoopLM.Text.Tokenization;

namespace LoopLM.Fuzz.Targets.Text;

/// <summary>
/// <c>tokenizer.json</c>. It is refused by the one exception, or encodes every text into its own tokens; where the file says nothing that
/// changes texts, decoding gives the text back.
/// </summary>
internal sealed class TokenizerTarget : FuzzTarget
{
    private static readonly string[] s_texts =
    [
        "", "a", "Hello, world! It's 12345 o'clock.\n\n  Tabs\tand  spaces ",
        "h\u00e9llo \u4e16\u754c \U0001F600\u200d e\u0301", "<|im_start|>user\n<|endoftext|></think>",
        "\0\u0001\u007f\u0085\u2028\ufeff", "\ud800 lone", new('a', 300), string.Concat(Enumerable.Repeat("ab 1.", 60)),
    ];

    /// <summary>What makes a tokenizer give another text back.</summary>
    private static readonly string[] s_lossy =
        ["\"normalizer\":{", "Removed", "\"add_prefix_space\":true", "strip\":true", "\"unk_token\":\""];

    /// <inheritdoc/>
    public override string Name => "tokenizer";

    /// <inheritdoc/>
    public override int MaxInputBytes => 24 << 10;

    /// <summary>Ids reach 2^22 in a small file too; what is kept by id then takes this much.</summary>
    public override long MaxAllocatedBytes => 512 << 20;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Dictionary { get; } =
    [
        "\"type\":", "\"BPE\"", "\"ByteLevel\"", "\"Sequence\"", "\"Split\"", "\"Digits\"",
        "\"Punctuation\"", "\"NFC\"", "\"NFKD\"", "\"Lowercase\"", "\"Strip\"", "\"Replace\"", "\"Prepend\"",
        "\"pattern\":{\"Regex\":\"", "\"pattern\":{\"String\":\" \"}", "\"behavior\":\"Isolated\"",
        "\"MergedWithPrevious\"", "\"invert\":true", "\"individual_digits\":true", "\"use_regex\":false",
        "\\\\p{L}+", "(?i:'s|'t)", "\\\\s+(?!\\\\S)", "[^\\\\r\\\\n\\\\p{N}]?", "\"merges\":[\"a b\"]", "[\"a\",\"b\"]",
        "\"ignore_merges\":true", "\"vocab\":", "\"added_tokens\":", "\"special\":true", "\"single_word\":true",
        "\"normalized\":true", "\"content\":\"", "\"id\":", "\"post_processor\":", "\"TemplateProcessing\"",
        "\"single\":[{\"SpecialToken\":{\"id\":\"a\",\"type_id\":0}}]", "\"Fuse\"", "\"\u0120\"", "\"\u010a\"",
    ];

    /// <inheritdoc/>
    public override bool Check(byte[] input)
    {
        ByteLevelBpeTokenizer tokenizer;
        try
        {
            tokenizer = ByteLevelBpeTokenizer.Load(new MemoryStream(input));
        }
        catch (TokenizerException exception)
        {
            Messages.Check(exception.Problems);
            return false;
        }

        var keepsText = KeepsText(input, tokenizer);
        foreach (var text in s_texts)
        {
            var ids = tokenizer.EncodeToIds(text);
            Check(tokenizer, ids, keepsText ? text : null);
            Check(tokenizer, tokenizer.EncodeWithSpecialTokens(text), keepsText ? text : null);
            Check(tokenizer, tokenizer.EncodeWithSpecialTokens(text, [new Range(0, text.Length / 2)]), keepsText ? text : null);
            Check(tokenizer, tokenizer.AddSpecialTokens(ids), null);
            _ = tokenizer.EncodeToTokens(text, out _);
        }

        return true;
    }

    private static void Check(ByteLevelBpeTokenizer tokenizer, IReadOnlyList<int> ids, string? text)
    {
        FuzzException.Require(ids.All(id => tokenizer.GetToken(id) is not null), "every id is a token's", string.Join(' ', ids));
        var decoded = tokenizer.Decode(ids, skipSpecialTokens: false);

        // A lone surrogate is read as U+FFFD.
        var expected = text is null ? decoded : Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
        FuzzException.Require(decoded == expected, "decoding gives the text back", $"'{decoded}' instead of '{expected}'");
    }

    private static bool KeepsText(byte[] input, ByteLevelBpeTokenizer tokenizer)
    {
        var json = string.Concat(Encoding.UTF8.GetString(input).Where(each => !char.IsWhiteSpace(each)));
        var bytes = Enumerable.Range(0, tokenizer.VocabularySize)
            .Where(id => tokenizer.GetTokenBytes(id).Length == 1 && !tokenizer.AddedTokens.Any(token => token.Id == id))
            .Select(id => tokenizer.GetTokenBytes(id)[0]).Distinct().Count();
        return bytes == 256 && !s_lossy.Any(word => json.Contains(word, StringComparison.Ordinal));
    }
}
