using System.Buffers;

namespace LoopLM.Text.Tokenization;

/// <summary>Finds added tokens in a text: leftmost, then longest, never overlapping.</summary>
internal sealed class AddedTokenMatcher
{
    private readonly (string Content, AddedToken Token)[] _longestFirst;
    private readonly SearchValues<string> _contents;

    /// <summary>Creates a matcher.</summary>
    /// <param name="tokens">The tokens, and what their contents are in the texts that are searched.</param>
    public AddedTokenMatcher(IEnumerable<(string Content, AddedToken Token)> tokens)
    {
        _longestFirst = [.. tokens.OrderByDescending(token => token.Content.Length)];
        _contents = SearchValues.Create([.. _longestFirst.Select(token => token.Content)], StringComparison.Ordinal);
    }

    /// <summary>Finds the next token.</summary>
    /// <param name="part">The whole piece: a token's neighbours decide whether it is a single word.</param>
    /// <param name="taken">Where the previous match ended; white space before it is not stripped again.</param>
    /// <param name="from">
    /// Where to search; moved after the content found. White space that a match strips is searched again, as Hugging Face does.
    /// </param>
    /// <param name="trusted">The parts of the whole text in which tokens are found that mark something; null for all of it.</param>
    /// <param name="match">
    /// The token found. Its range is empty where white space that was taken is all it has: then it counts for nothing.
    /// </param>
    public bool TryFind(TextPart part, int taken, ref int from, TrustedRanges? trusted, out AddedTokenMatch match)
    {
        var text = part.Text;
        while (text[from..].IndexOfAny(_contents) is >= 0 and var offset)
        {
            var at = from + offset;
            if (LongestAt(part, at, trusted, out var length) is not { } token)
            {
                from = at + 1;
                continue;
            }

            var end = from = at + length;
            if (token.SingleWord && (WordClasses.EndsWithWord(text[..at]) || WordClasses.StartsWithWord(text[end..])))
            {
                continue;
            }

            match = new(
                token.Id,
                token.LStrip ? taken + text[Math.Min(taken, at)..at].TrimEnd().Length : at,
                token.RStrip ? text.Length - text[end..].TrimStart().Length : end);
            return true;
        }

        match = default;
        return false;
    }

    private AddedToken? LongestAt(TextPart part, int at, TrustedRanges? trusted, out int length)
    {
        foreach (var (content, token) in _longestFirst)
        {
            length = content.Length;
            if (part.Text[at..].StartsWith(content) && (!token.IsMark || trusted?.Contain(part.SourceOf(at, length)) != false))
            {
                return token;
            }
        }

        length = 0;
        return null;
    }
}
