using System.Text;

namespace LoopLM.Testing;

/// <summary>Texts that try a tokenizer: every kind of character beside every other, and lone surrogates, which JSON hands the oracle as U+FFFD.</summary>
public static class RandomText
{
    private static readonly string[] s_fragments =
    [
        // Words, contractions, code.
        "the", " world", "Hello", " you're", "it's", "I'LL", "we'Ve", "'\u017F", "'t", " 'd", "''s", "don\u2019t", "foo_bar", "x=y+1;", "((", "))", "...", "!?", "--", "\"", "<", ">", "|",
        // Letters of many scripts and planes, and marks upon them.
        "é", "e\u0301", "ﬁ", "ß", "İ", "ı", "\u212A", "нещо", "中文", "日本", "한국", "ไทย", "កាន់", "हिन्दी", "עברית", "\u202Eعربى", "𝒜", "𝓫", "𠀋", "𐐷", "Ⓐ", "🅰", "ª",
        // Numbers of every kind.
        "0", "7", "42", "1234567", "3.14", "½", "¾", "Ⅷ", "ⅻ", "²", "①", "٣", "०", "𝟘", "𝍩", "〇", "一",
        // Emoji.
        "😀", "👩\u200D👩\u200D👧", "🏳\uFE0F\u200D🌈", "👍🏽", "🇩🇪", "❤\uFE0F",
        // White space, breaks, controls.
        " ", "  ", "   ", "\t", "\n", "\r\n", "\n\n", "\r", "\u000B", "\f", "\u0085", "\u00A0", "\u1680", "\u2003", "\u2028", "\u2029", "\u202F", "\u3000", "\u180E", "\u200B", "\uFEFF",
        "\0", "\u0001", "\u0004", "\u0013", "\u001F", "\u007F", "\uFFFD", "\uFFFF", "\uD83D", "\uDE00",  "\uE000", "\U0010FFFF", "\U00040000",
        // What looks like added tokens.
        "<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|im_end", "|im_end|>", "<|pad|>", "<tool>", "<tool", "tool>", "<tool>x", "WORD", "sWORDs", "WORD's", " STRIP ", "STRIP", "STRIP     ", "STRIP \n\n", "<file_sep>", "Ġ", "Ċ",
    ];

    /// <summary>A text of fragments, letters and code points drawn from everywhere.</summary>
    /// <param name="random">The source.</param>
    /// <param name="fragments">How many parts.</param>
    public static string Create(Random random, int fragments)
    {
        var text = new StringBuilder();
        for (var i = 0; i < fragments; i++)
        {
            switch (random.Next(10))
            {
                case < 6:
                    text.Append(s_fragments[random.Next(s_fragments.Length)]);
                    break;
                case < 8:
                    text.Append((char)random.Next(' ', '\u007F'));
                    break;
                case 8:
                    text.Append(random.Next(2) == 0 ? ' ' : (char)random.Next('a', 'z' + 1));
                    break;
                default:
                    text.Append(AnyRune(random).ToString());
                    break;
            }
        }

        return text.ToString();
    }

    /// <summary>Random texts of up to 40 fragments.</summary>
    public static IReadOnlyList<string> CreateMany(int seed, int count)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => Create(random, random.Next(41)))];
    }

    /// <summary>Whether this .NET's Unicode knows a code point; the oracle's version may know more.</summary>
    public static bool IsAssigned(Rune rune) => Rune.GetUnicodeCategory(rune) != System.Globalization.UnicodeCategory.OtherNotAssigned;

    private static Rune AnyRune(Random random)
    {
        while (true)
        {
            var value = random.Next(3) == 0 ? random.Next(0x20000) : random.Next(0x3000);
            if (Rune.IsValid(value) && IsAssigned(new Rune(value)))
            {
                return new(value);
            }
        }
    }
}
