using System.Globalization;
using System.Text;

namespace LoopLM.Text.Tokenization.PreTokenization;

/// <summary>Classes of code points; a surrogate pair is one code point of two chars.</summary>
internal static class CharClasses
{
    private static readonly CharClass[] s_basicPlane = [.. Enumerable.Range(0, char.MaxValue + 1).Select(Classify)];

    /// <summary>The class of the first code point.</summary>
    /// <param name="text">Not empty, well-formed UTF-16.</param>
    /// <param name="length">Chars of that code point: 1 or 2.</param>
    public static CharClass First(ReadOnlySpan<char> text, out int length)
    {
        if (char.IsHighSurrogate(text[0]))
        {
            length = 2;
            return Classify(char.ConvertToUtf32(text[0], text[1]));
        }

        length = 1;
        return s_basicPlane[text[0]];
    }

    /// <summary>Chars of the longest run of one class that the text begins with.</summary>
    public static int RunLength(ReadOnlySpan<char> text, CharClass charClass)
    {
        var run = 0;
        while (run < text.Length && First(text[run..], out var length) == charClass)
        {
            run += length;
        }

        return run;
    }

    private static CharClass Classify(int codePoint) => CharUnicodeInfo.GetUnicodeCategory(codePoint) switch
    {
        <= UnicodeCategory.OtherLetter => CharClass.Letter,
        >= UnicodeCategory.DecimalDigitNumber and <= UnicodeCategory.OtherNumber => CharClass.Number,
        _ when Rune.IsValid(codePoint) && Rune.IsWhiteSpace(new Rune(codePoint)) => CharClass.Space,
        _ => CharClass.Other,
    };
}
