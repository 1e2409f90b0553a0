namespace LoopLM.Fuzz.Fuzzing;

/// <summary>Finds what belongs together in a text of words, strings and brackets, whatever its language.</summary>
internal static class Spans
{
    /// <summary>
    /// The word or number around a place, or the string or bracket that begins there with all that it holds; else one byte.
    /// </summary>
    public static (int Start, int Length) At(IReadOnlyList<byte> text, int at)
    {
        if (at >= text.Count)
        {
            return (text.Count, 0);
        }

        var first = text[at];
        if (IsWord(first))
        {
            var (start, end) = (at, at);
            while (start > 0 && IsWord(text[start - 1]))
            {
                start--;
            }

            while (end < text.Count && IsWord(text[end]))
            {
                end++;
            }

            return (start, end - start);
        }

        return (char)first switch
        {
            '"' or '\'' => (at, StringEnd(text, at) - at),
            '[' or '{' or '(' or '<' => (at, BracketEnd(text, at) - at),
            _ => (at, 1),
        };
    }

    private static bool IsWord(byte value) => char.IsAsciiLetterOrDigit((char)value) || value is (byte)'_' or (byte)'$' or >= 0x80;

    private static int StringEnd(IReadOnlyList<byte> text, int at)
    {
        var quote = text[at];
        for (var end = at + 1; end < text.Count; end++)
        {
            if (text[end] == quote)
            {
                return end + 1;
            }

            end += text[end] == '\\' ? 1 : 0;
        }

        return text.Count;
    }

    private static int BracketEnd(IReadOnlyList<byte> text, int at)
    {
        var depth = 0;
        for (var end = at; end < text.Count; end++)
        {
            switch ((char)text[end])
            {
                case '[' or '{' or '(' or '<':
                    depth++;
                    break;
                case ']' or '}' or ')' or '>' when --depth == 0:
                    return end + 1;
                case '"':
                    end = StringEnd(text, end) - 1;
                    break;
            }
        }

        return text.Count;
    }
}
