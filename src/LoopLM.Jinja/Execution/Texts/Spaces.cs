namespace LoopLM.Jinja.Execution.Texts;

/// <summary>White space as Python knows it: Unicode's, and four separators more.</summary>
internal static class Spaces
{
    public static bool IsSpace(char value) => char.IsWhiteSpace(value) || value is >= '\x1c' and <= '\x1f';

    public static string Trim(string text)
    {
        var (start, end) = (0, text.Length);
        while (start < end && IsSpace(text[start]))
        {
            start++;
        }

        while (end > start && IsSpace(text[end - 1]))
        {
            end--;
        }

        return text[start..end];
    }
}
