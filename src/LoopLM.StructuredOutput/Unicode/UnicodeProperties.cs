using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace LoopLM.StructuredOutput.Unicode;

/// <summary>The general categories of Unicode by their names in <c>\p{...}</c>, and the letters that differ in case alone.</summary>
internal static class UnicodeProperties
{
    private static readonly FrozenDictionary<string, UnicodeCategory[]> s_categories = Names();
    private static readonly ConcurrentDictionary<string, CodePointSet> s_known = [];
    private static readonly Lazy<CodePointSet[]> s_byCategory = new(ByCategory);
    private static readonly Lazy<FrozenDictionary<int, int[]>> s_cases = new(Cases);

    /// <summary>The code points of a general category, or of <c>Any</c>, <c>ASCII</c> or <c>Assigned</c>; null for any other property.</summary>
    /// <param name="name">What stands between the braces, such as <c>Lu</c>, <c>Letter</c> or <c>gc=L</c>.</param>
    public static CodePointSet? Find(string name)
    {
        var value = name.Split('=') is [("gc" or "General_Category"), var category] ? category : name;
        return name switch
        {
            "Any" => CodePointSet.All,
            "ASCII" => new((0, 0x7F)),
            "Assigned" => s_byCategory.Value[(int)UnicodeCategory.OtherNotAssigned].Complement(),
            _ when s_categories.TryGetValue(value, out var categories) => s_known.GetOrAdd(
                value, static (_, categories) => new(categories.SelectMany(each => s_byCategory.Value[(int)each].Ranges)), categories),
            _ => null,
        };
    }

    /// <summary>A set with all that differs from its members in case alone (simple case folding).</summary>
    public static CodePointSet IgnoreCase(CodePointSet set) => set.Ranges is [var (first, last)] && first == last
        ? s_cases.Value.TryGetValue(first, out var others) ? set.Union(CodePointSet.Of(others)) : set
        : set.Union(new(s_cases.Value.Where(pair => set.Contains(pair.Key)).SelectMany(pair => pair.Value).Select(other => (other, other))));

    private static CodePointSet[] ByCategory()
    {
        var ranges = Enum.GetValues<UnicodeCategory>().Select(_ => new List<(int, int)>()).ToArray();
        var first = 0;
        for (var codePoint = 0; codePoint <= CodePointSet.Last; codePoint++)
        {
            var category = CharUnicodeInfo.GetUnicodeCategory(codePoint);
            if (codePoint == CodePointSet.Last || CharUnicodeInfo.GetUnicodeCategory(codePoint + 1) != category)
            {
                ranges[(int)category].Add((first, codePoint));
                first = codePoint + 1;
            }
        }

        return [.. ranges.Select(each => new CodePointSet(each).Intersect(CodePointSet.All))];
    }

    // Letters of one upper case form fold to one another.
    private static FrozenDictionary<int, int[]> Cases()
    {
        var groups = Enumerable.Range(0, 0x1FFFF).Where(Rune.IsValid).Select(value => new Rune(value))
            .GroupBy(Rune.ToUpperInvariant, rune => rune.Value).Select(group => group.Union([group.Key.Value]).ToArray());
        return groups.Where(group => group.Length > 1)
            .SelectMany(group => group.Select(member => KeyValuePair.Create(member, group)))
            .DistinctBy(pair => pair.Key)
            .ToFrozenDictionary();
    }

    private static FrozenDictionary<string, UnicodeCategory[]> Names()
    {
        (string Short, string Long, UnicodeCategory[] Categories)[] names =
        [
            ("Lu", "Uppercase_Letter", [UnicodeCategory.UppercaseLetter]),
            ("Ll", "Lowercase_Letter", [UnicodeCategory.LowercaseLetter]),
            ("Lt", "Titlecase_Letter", [UnicodeCategory.TitlecaseLetter]),
            ("Lm", "Modifier_Letter", [UnicodeCategory.ModifierLetter]),
            ("Lo", "Other_Letter", [UnicodeCategory.OtherLetter]),
            ("Mn", "Nonspacing_Mark", [UnicodeCategory.NonSpacingMark]),
            ("Mc", "Spacing_Mark", [UnicodeCategory.SpacingCombiningMark]),
            ("Me", "Enclosing_Mark", [UnicodeCategory.EnclosingMark]),
            ("Nd", "Decimal_Number", [UnicodeCategory.DecimalDigitNumber]),
            ("Nl", "Letter_Number", [UnicodeCategory.LetterNumber]),
            ("No", "Other_Number", [UnicodeCategory.OtherNumber]),
            ("Pc", "Connector_Punctuation", [UnicodeCategory.ConnectorPunctuation]),
            ("Pd", "Dash_Punctuation", [UnicodeCategory.DashPunctuation]),
            ("Ps", "Open_Punctuation", [UnicodeCategory.OpenPunctuation]),
            ("Pe", "Close_Punctuation", [UnicodeCategory.ClosePunctuation]),
            ("Pi", "Initial_Punctuation", [UnicodeCategory.InitialQuotePunctuation]),
            ("Pf", "Final_Punctuation", [UnicodeCategory.FinalQuotePunctuation]),
            ("Po", "Other_Punctuation", [UnicodeCategory.OtherPunctuation]),
            ("Sm", "Math_Symbol", [UnicodeCategory.MathSymbol]),
            ("Sc", "Currency_Symbol", [UnicodeCategory.CurrencySymbol]),
            ("Sk", "Modifier_Symbol", [UnicodeCategory.ModifierSymbol]),
            ("So", "Other_Symbol", [UnicodeCategory.OtherSymbol]),
            ("Zs", "Space_Separator", [UnicodeCategory.SpaceSeparator]),
            ("Zl", "Line_Separator", [UnicodeCategory.LineSeparator]),
            ("Zp", "Paragraph_Separator", [UnicodeCategory.ParagraphSeparator]),
            ("Cc", "Control", [UnicodeCategory.Control]),
            ("Cf", "Format", [UnicodeCategory.Format]),
            ("Co", "Private_Use", [UnicodeCategory.PrivateUse]),
            ("Cn", "Unassigned", [UnicodeCategory.OtherNotAssigned]),
        ];
        (string Short, string Long)[] groups =
        [
            ("L", "Letter"), ("M", "Mark"), ("N", "Number"), ("P", "Punctuation"), ("S", "Symbol"), ("Z", "Separator"), ("C", "Other"),
        ];
        var all = names.Concat(groups.Select(group =>
            (group.Short, group.Long, names.Where(name => name.Short[0] == group.Short[0]).SelectMany(name => name.Categories).ToArray())));
        return all.SelectMany(name => new[] { KeyValuePair.Create(name.Short, name.Item3), KeyValuePair.Create(name.Long, name.Item3) })
            .Append(KeyValuePair.Create("LC", new[] { UnicodeCategory.UppercaseLetter, UnicodeCategory.LowercaseLetter, UnicodeCategory.TitlecaseLetter }))
            .ToFrozenDictionary();
    }
}
