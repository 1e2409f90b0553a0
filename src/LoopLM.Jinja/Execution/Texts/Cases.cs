using System.Globalization;
using System.Text;

namespace LoopLM.Jinja.Execution.Texts;

/// <summary>Upper, lower and title case with Unicode's full mappings, as Python applies them. Each char keeps the mark of the one that it comes from.</summary>
internal static class Cases
{
    private const char Sigma = '\u03a3';

    /// <summary>Characters that have a case without being letters with one: first and last of each range.</summary>
    private static readonly int[] s_otherCased =
    [
        0xaa, 0xaa, 0xba, 0xba, 0x2b0, 0x2b8, 0x2c0, 0x2c1, 0x2e0, 0x2e4, 0x345, 0x345, 0x37a, 0x37a, 0x1d2c, 0x1d6a, 0x1d78, 0x1d78, 0x1d9b, 0x1dbf,
        0x2071, 0x2071, 0x207f, 0x207f, 0x2090, 0x209c, 0x2160, 0x217f, 0x24b6, 0x24e9, 0x2c7c, 0x2c7d, 0xa69c, 0xa69d, 0xa770, 0xa770,
        0xa7f8, 0xa7f9, 0xab5c, 0xab5f, 0x10780, 0x10780, 0x10783, 0x10785, 0x10787, 0x107b0, 0x107b2, 0x107ba,
        0x1f130, 0x1f149, 0x1f150, 0x1f169, 0x1f170, 0x1f189,
    ];

    public static MarkedText Upper(MarkedText text, Budget budget) =>
        Ascii.IsValid(text.Value) ? text.With(text.Value.ToUpperInvariant()) : Change(text, (at, _) => Upper(CodePoint(text.Value, at)), budget);

    public static MarkedText Lower(MarkedText text, Budget budget) =>
        Ascii.IsValid(text.Value) ? text.With(text.Value.ToLowerInvariant()) : Change(text, (at, _) => Lower(text.Value, at), budget);

    /// <summary>As casefold() does.</summary>
    public static MarkedText Fold(MarkedText text, Budget budget) => Change(text, (at, _) => Fold(CodePoint(text.Value, at)), budget);

    public static MarkedText Swap(MarkedText text, Budget budget) => Change(text, (at, _) =>
        CodePoint(text.Value, at) is var code && IsUpper(code) ? Lower(text.Value, at) : IsLower(code) ? Upper(code) : char.ConvertFromUtf32(code), budget);

    /// <summary>The first character in title case, the rest in lower case.</summary>
    public static MarkedText Capitalize(MarkedText text, Budget budget) =>
        Change(text, (at, _) => at == 0 ? Title(CodePoint(text.Value, at)) : Lower(text.Value, at), budget);

    /// <summary>The first character of every run of characters with a case in title case.</summary>
    public static MarkedText Title(MarkedText text, Budget budget)
    {
        var inWord = false;
        return Change(text, (at, _) =>
        {
            var code = CodePoint(text.Value, at);
            var changed = inWord ? Lower(text.Value, at) : Title(code);
            inWord = IsCased(code);
            return changed;
        }, budget);
    }

    /// <summary>As the filter of that name: words begin behind a hyphen, white space or an opening bracket.</summary>
    public static MarkedText TitleWords(MarkedText text, Budget budget)
    {
        var begins = true;
        return Change(text, (at, length) =>
        {
            var changed = begins ? Upper(CodePoint(text.Value, at)) : Lower(text.Value, at);
            begins = length == 1 && (text.Value[at] is '-' or '(' or '{' or '[' or '<' || Spaces.IsSpace(text.Value[at]));
            return changed;
        }, budget);
    }

    public static bool IsUpper(int code) =>
        Category(code) == UnicodeCategory.UppercaseLetter
        || code is (>= 0x2160 and <= 0x216f) or (>= 0x24b6 and <= 0x24cf) || (code is >= 0x1f130 and <= 0x1f189 && IsOtherCased(code));

    public static bool IsLower(int code) => IsCased(code) && !IsUpper(code) && !IsTitle(code);

    public static bool IsTitle(int code) => Category(code) == UnicodeCategory.TitlecaseLetter;

    public static bool IsCased(int code) =>
        Category(code) is UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter || IsOtherCased(code);

    public static int CodePoint(string text, int at) =>
        at + 1 < text.Length && char.IsSurrogatePair(text[at], text[at + 1]) ? char.ConvertToUtf32(text[at], text[at + 1]) : text[at];

    // Half a surrogate pair has no case.
    private static MarkedText Change(MarkedText text, Func<int, int, string> change, Budget budget) =>
        text.Map((at, length) => length == 1 && char.IsSurrogate(text.Value[at]) ? text.Value[at].ToString() : change(at, length), budget);

    private static string Upper(int code) =>
        code < 0x80 ? Char(code is >= 'a' and <= 'z' ? code - 32 : code)
        : UpperTable.All.TryGetValue(code, out var several) ? several
        : code switch { 0x131 => "I", 0x17f => "S", _ => Rune.ToUpperInvariant(new Rune(code)).ToString() };

    private static string Lower(int code) =>
        code < 0x80 ? Char(code is >= 'A' and <= 'Z' ? code + 32 : code)
        : code == 0x130 ? "i\u0307"
        : Rune.ToLowerInvariant(new Rune(code)).ToString();

    private static string Lower(string text, int at) =>
        text[at] == Sigma ? IsFinal(text, at) ? "\u03c2" : "\u03c3" : Lower(CodePoint(text, at));

    private static string Fold(int code) => code switch
    {
        0x131 => "\u0131",
        0x1e9e => "ss",
        (>= 0x13a0 and <= 0x13fd) or (>= 0xab70 and <= 0xabbf) => Upper(code),
        0x3c2 => "\u03c3",
        _ => string.Concat(Upper(code).EnumerateRunes().Select(rune => Lower(rune.Value))),
    };

    private static string Title(int code)
    {
        switch (code)
        {
            case >= 0x1c4 and <= 0x1cc:
                return ((char)(code - ((code - 0x1c4) % 3) + 1)).ToString();
            case >= 0x1f1 and <= 0x1f3:
                return "\u01f2";
            case 0x149 or (>= 0x10d0 and <= 0x10ff):
                return code == 0x149 ? "\u02bcN" : ((char)code).ToString();
        }

        if (!UpperTable.All.TryGetValue(code, out var upper))
        {
            return Upper(code);
        }

        // Of what carries an iota below, title case keeps the iota there.
        var simple = Rune.ToUpperInvariant(new Rune(code));
        return simple.Value != code || IsTitle(code) ? simple.ToString()
            : !upper.EndsWith('\u0399') ? upper[0] + string.Concat(upper.Skip(1).Select(each => Lower(each)))
            : upper.Length == 3 ? Title(code - 4) + upper[1]
            : $"{upper[0]}\u0345";
    }

    /// <summary>Whether a sigma ends its word: a character with a case stands before it, none behind it, whatever has no part in words aside.</summary>
    private static bool IsFinal(string text, int at)
    {
        var before = at - 1;
        while (before >= 0 && IsIgnored(text[before]))
        {
            before--;
        }

        var after = at + 1;
        while (after < text.Length && IsIgnored(text[after]))
        {
            after++;
        }

        var start = before > 0 && char.IsSurrogatePair(text[before - 1], text[before]) ? before - 1 : before;
        return before >= 0 && IsCased(CodePoint(text, start)) && !(after < text.Length && IsCased(CodePoint(text, after)));
    }

    private static bool IsIgnored(char value) =>
        value is '\'' or '.' or ':' or '\u00b7' or '\u2018' or '\u2019' or '\u2024' or '\u2027'
        || char.GetUnicodeCategory(value) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format
            or UnicodeCategory.ModifierLetter or UnicodeCategory.ModifierSymbol;

    private static bool IsOtherCased(int code)
    {
        for (var i = 0; i < s_otherCased.Length; i += 2)
        {
            if (code >= s_otherCased[i] && code <= s_otherCased[i + 1])
            {
                return true;
            }
        }

        return false;
    }

    private static string Char(int code) => ((char)code).ToString();

    private static UnicodeCategory Category(int code) => CharUnicodeInfo.GetUnicodeCategory(code);
}
