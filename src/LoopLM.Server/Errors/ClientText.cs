using System.Globalization;
using System.Text;

namespace LoopLM.Server.Errors;

/// <summary>Text of clients as messages and logs show it: of bounded length, on one line.</summary>
internal static class ClientText
{
    /// <summary>The text with escapes in place of what is not visible, cut where it is longer than <paramref name="most"/>.</summary>
    /// <param name="text">The client's.</param>
    /// <param name="most">UTF-16 units that are shown, from 2.</param>
    public static string Show(string text, int most = 256)
    {
        var shown = new StringBuilder();
        var used = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            used += rune.Utf16SequenceLength;
            if (used > most)
            {
                return shown.Append("...").ToString();
            }

            _ = IsVisible(rune) ? shown.Append(rune.ToString()) : shown.Append(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:x}}}");
        }

        return shown.ToString();
    }

    /// <summary>Whether a text needs no escapes.</summary>
    public static bool IsVisible(string text)
    {
        if (!text.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            return true;
        }

        foreach (var rune in text.EnumerateRunes())
        {
            if (!IsVisible(rune))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsVisible(Rune rune) => Rune.GetUnicodeCategory(rune) is not
        (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned);
}
