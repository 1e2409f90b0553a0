using System.Globalization;
using System.Text;
using LoopLM.StructuredOutput.Unicode;

namespace LoopLM.Text.Tokenization;

/// <summary>The Rust regex crate's <c>\w</c>, which decides where a single-word token may match and what the pre-tokenizer Whitespace takes for a word.</summary>
internal static class WordClasses
{
    /// <summary>All of its code points.</summary>
    public static CodePointSet All =>
        CodePointSet.Of(Enumerable.Range(0, 0x110000).Where(value => Rune.IsValid(value) && IsWord(new Rune(value))));

    public static bool StartsWithWord(ReadOnlySpan<char> text) =>
        Rune.DecodeFromUtf16(text, out var rune, out _) == System.Buffers.OperationStatus.Done && IsWord(rune);

    public static bool EndsWithWord(ReadOnlySpan<char> text) =>
        Rune.DecodeLastFromUtf16(text, out var rune, out _) == System.Buffers.OperationStatus.Done && IsWord(rune);

    // Alphabetic, M, Nd, Pc and Join_Control; the circled and squared letters are the alphabetic symbols outside L, M and Nl.
    private static bool IsWord(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        <= UnicodeCategory.LetterNumber or UnicodeCategory.ConnectorPunctuation => true,
        UnicodeCategory.OtherSymbol => rune.Value
            is (>= 0x24B6 and <= 0x24E9) or (>= 0x1F130 and <= 0x1F149) or (>= 0x1F150 and <= 0x1F169) or (>= 0x1F170 and <= 0x1F189),
        _ => rune.Value is 0x200C or 0x200D,
    };
}
