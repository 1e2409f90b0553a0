using System.Globalization;
using System.Text;
using LoopLM.Text.Constraints.Patterns;

namespace LoopLM.Text.Tokenization.PreTokenization.Patterns;

/// <summary>The sets of code points that split patterns name, by the running .NET's Unicode version.</summary>
internal static class UnicodeSets
{
    /// <summary>The last code point.</summary>
    public const int Last = 0x10FFFF;

    private static readonly Dictionary<string, UnicodeCategory> s_categories = new()
    {
        ["Lu"] = UnicodeCategory.UppercaseLetter,
        ["Ll"] = UnicodeCategory.LowercaseLetter,
        ["Lt"] = UnicodeCategory.TitlecaseLetter,
        ["Lm"] = UnicodeCategory.ModifierLetter,
        ["Lo"] = UnicodeCategory.OtherLetter,
        ["Mn"] = UnicodeCategory.NonSpacingMark,
        ["Mc"] = UnicodeCategory.SpacingCombiningMark,
        ["Me"] = UnicodeCategory.EnclosingMark,
        ["Nd"] = UnicodeCategory.DecimalDigitNumber,
        ["Nl"] = UnicodeCategory.LetterNumber,
        ["No"] = UnicodeCategory.OtherNumber,
        ["Pc"] = UnicodeCategory.ConnectorPunctuation,
        ["Pd"] = UnicodeCategory.DashPunctuation,
        ["Ps"] = UnicodeCategory.OpenPunctuation,
        ["Pe"] = UnicodeCategory.ClosePunctuation,
        ["Pi"] = UnicodeCategory.InitialQuotePunctuation,
        ["Pf"] = UnicodeCategory.FinalQuotePunctuation,
        ["Po"] = UnicodeCategory.OtherPunctuation,
        ["Sm"] = UnicodeCategory.MathSymbol,
        ["Sc"] = UnicodeCategory.CurrencySymbol,
        ["Sk"] = UnicodeCategory.ModifierSymbol,
        ["So"] = UnicodeCategory.OtherSymbol,
        ["Zs"] = UnicodeCategory.SpaceSeparator,
        ["Zl"] = UnicodeCategory.LineSeparator,
        ["Zp"] = UnicodeCategory.ParagraphSeparator,
        ["Cc"] = UnicodeCategory.Control,
        ["Cf"] = UnicodeCategory.Format,
        ["Co"] = UnicodeCategory.PrivateUse,
    };

    private static readonly Lazy<ILookup<UnicodeCategory, (int, int)>> s_ranges =
        new(() => Ranges().ToLookup(range => range.Category, range => (range.First, range.Last)));

    /// <summary><c>\s</c>: the property White_Space.</summary>
    public static CodePointSet Space { get; } = CodePointSet.Of(
        Enumerable.Range(0, 0x3001).Where(value => Rune.IsValid(value) && Rune.IsWhiteSpace(new Rune(value))));

    /// <summary><c>\d</c>.</summary>
    public static CodePointSet Digit => Category("Nd")!;

    /// <summary><c>\w</c>: letters, marks, decimal digits, connectors, and what is as good as a letter; Oniguruma adds the numbers of Latin-1.</summary>
    public static CodePointSet Word =>
        WordClasses.All.Intersect(Not(CodePointSet.Of(0x200C, 0x200D))).Union(CodePointSet.Of(0xB2, 0xB3, 0xB9, 0xBC, 0xBD, 0xBE));

    /// <summary>A general category such as <c>L</c> or <c>Lu</c>, or the script <c>Han</c>; null for what is neither.</summary>
    public static CodePointSet? Category(string name) =>
        name == "Han" ? Han
        : s_categories.TryGetValue(name, out var category) ? new(s_ranges.Value[category])
        : name is "L" or "M" or "N" or "P" or "S" or "Z"
            ? new(s_categories.Where(each => each.Key[0] == name[0]).SelectMany(each => s_ranges.Value[each.Value]))
        : null;

    private static CodePointSet Han => new(
    [
        (0x2E80, 0x2E99), (0x2E9B, 0x2EF3), (0x2F00, 0x2FD5), (0x3005, 0x3005), (0x3007, 0x3007), (0x3021, 0x3029), (0x3038, 0x303B),
        (0x3400, 0x4DBF),
        (0x4E00, 0x9FFF), (0xF900, 0xFA6D), (0xFA70, 0xFAD9), (0x16FE2, 0x16FE3), (0x16FF0, 0x16FF1), (0x20000, 0x2A6DF), (0x2A700, 0x2B739),
        (0x2B740, 0x2B81D),
        (0x2B820, 0x2CEA1), (0x2CEB0, 0x2EBE0), (0x2EBF0, 0x2EE5D), (0x2F800, 0x2FA1D), (0x30000, 0x3134A), (0x31350, 0x323AF),
    ]);

    /// <summary>All code points but surrogates that a set lacks; texts have none.</summary>
    public static CodePointSet Not(CodePointSet set) => set.Complement();

    private static IEnumerable<(UnicodeCategory Category, int First, int Last)> Ranges()
    {
        for (int first = 0, next = 1; first <= Last; first = next++)
        {
            var category = CharUnicodeInfo.GetUnicodeCategory(first);
            while (next <= Last && CharUnicodeInfo.GetUnicodeCategory(next) == category)
            {
                next++;
            }

            yield return (category, first, next - 1);
        }
    }
}
