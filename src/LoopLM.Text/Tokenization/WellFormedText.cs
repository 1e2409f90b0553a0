namespace LoopLM.Text.Tokenization;

/// <summary>Text that UTF-8 can hold.</summary>
internal static class WellFormedText
{
    /// <summary>The text itself, or a copy with U+FFFD for each lone surrogate.</summary>
    public static ReadOnlySpan<char> Of(ReadOnlySpan<char> text)
    {
        if (!text.ContainsAnyInRange('\uD800', '\uDFFF'))
        {
            return text;
        }

        var wellFormed = text.ToArray();
        for (var i = 0; i < wellFormed.Length; i++)
        {
            if (char.IsHighSurrogate(wellFormed[i]) && i + 1 < wellFormed.Length && char.IsLowSurrogate(wellFormed[i + 1]))
            {
                i++;
            }
            else if (char.IsSurrogate(wellFormed[i]))
            {
                wellFormed[i] = '\uFFFD';
            }
        }

        return wellFormed;
    }
}
