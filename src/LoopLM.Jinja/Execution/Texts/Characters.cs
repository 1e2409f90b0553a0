using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using static LoopLM.Jinja.JinjaValue;

namespace LoopLM.Jinja.Execution.Texts;

/// <summary>What Python asks about the characters of a string: <c>isalpha</c> and the like.</summary>
internal static class Characters
{
    /// <summary>Ideographs that are numbers.</summary>
    private const string Ideographs =
        "㐅㒃㠪㭍一七万三九二五亖亿什仟仨伍佰億兆兩八六十千卄卅卌叁参參叄四壱壹幺廾廿弌弍弎弐拾捌柒漆玖百肆萬貮貳贰阡陆陌陸零參拾"
        + "兩零六陸什𠀁𠁤𠃢𠄡𠤪𠦃𠦌𠦜𠫪𠫽𠬙𢎐𢦘𣬛𦉭廾";

    private delegate bool Property(int code, UnicodeCategory category);

    public static FrozenDictionary<string, Operation> Methods { get; } = new Dictionary<string, Operation>
    {
        ["isalpha"] = All((_, category) => IsLetter(category)),
        ["isdecimal"] = All((_, category) => category == UnicodeCategory.DecimalDigitNumber),
        ["isdigit"] = All(IsDigit),
        ["isnumeric"] = All((code, _) => IsNumeric(code)),
        ["isalnum"] = All((code, category) => IsLetter(category) || IsNumeric(code)),
        ["isspace"] = All((code, _) => code < 0x10000 && Spaces.IsSpace((char)code)),
        ["isascii"] = All((code, _) => code < 0x80, empty: true),
        ["isprintable"] = All(IsPrintable, empty: true),
        ["isupper"] = Cased(Cases.IsUpper),
        ["islower"] = Cased(Cases.IsLower),
        ["istitle"] = IsTitle,
        ["isidentifier"] = IsIdentifier,
    }.ToFrozenDictionary();

    /// <summary>Whether repr() shows a character as it is.</summary>
    public static bool IsPrintable(int code, UnicodeCategory category) => code == ' ' || category is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator);

    /// <summary>Whether there is a character with a case, and all that have one have this.</summary>
    public static bool AreCased(string text, Func<int, bool> isCase)
    {
        var any = false;
        for (var at = 0; at < text.Length; at += char.IsSurrogatePair(text, at) ? 2 : 1)
        {
            var code = Cases.CodePoint(text, at);
            if (Cases.IsCased(code))
            {
                if (!isCase(code))
                {
                    return false;
                }

                any = true;
            }
        }

        return any;
    }

    private static Operation All(Property holds, bool empty = false) => (subject, arguments, budget) =>
    {
        arguments.Bind();
        var text = Values.Text(subject, budget).Value;
        for (var at = 0; at < text.Length; at += char.IsSurrogatePair(text, at) ? 2 : 1)
        {
            var code = Cases.CodePoint(text, at);
            if (code is >= 0xd800 and <= 0xdfff ? !holds(0xe000, UnicodeCategory.Surrogate) : !holds(code, CharUnicodeInfo.GetUnicodeCategory(code)))
            {
                return Of(false);
            }
        }

        return Of(empty || text.Length > 0);
    };

    private static Operation Cased(Func<int, bool> isCase) => (subject, arguments, budget) =>
    {
        arguments.Bind();
        return Of(AreCased(Values.Text(subject, budget).Value, isCase));
    };

    private static BoolValue IsTitle(JinjaValue subject, Arguments arguments, Budget budget)
    {
        arguments.Bind();
        var (any, inWord) = (false, false);
        foreach (var rune in Values.Text(subject, budget).Value.EnumerateRunes())
        {
            if (inWord ? Cases.IsUpper(rune.Value) || Cases.IsTitle(rune.Value) : Cases.IsLower(rune.Value))
            {
                return new(false);
            }

            inWord = Cases.IsCased(rune.Value);
            any |= inWord;
        }

        return new(any);
    }

    private static BoolValue IsIdentifier(JinjaValue subject, Arguments arguments, Budget budget)
    {
        arguments.Bind();
        var text = Values.Text(subject, budget).Value;
        return new(text.Length > 0 && text.EnumerateRunes().Index().All(each =>
            each.Item.Value == '_' || IsLetter(Rune.GetUnicodeCategory(each.Item)) || Rune.GetUnicodeCategory(each.Item) == UnicodeCategory.LetterNumber
            || (each.Index > 0 && Rune.GetUnicodeCategory(each.Item) is UnicodeCategory.DecimalDigitNumber or UnicodeCategory.NonSpacingMark
                or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.ConnectorPunctuation)));
    }

    private static bool IsLetter(UnicodeCategory category) => category is UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter
        or UnicodeCategory.TitlecaseLetter or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter;

    private static bool IsNumeric(int code) =>
        char.ConvertFromUtf32(code) is var text
        && (CharUnicodeInfo.GetNumericValue(text, 0) >= 0 || Ideographs.Contains(text, StringComparison.Ordinal));

    private static bool IsDigit(int code, UnicodeCategory category) =>
        category == UnicodeCategory.DecimalDigitNumber || CharUnicodeInfo.GetDigitValue(char.ConvertFromUtf32(code), 0) >= 0;
}
