using System.Buffers;

namespace LoopLM.Text.Tokenization;

/// <summary>Finds added tokens in a text: leftmost, then longest, never overlapping.</summary>
internal sealed class AddedTokenMatcher
{
    private readonly AddedToken[] _longestFirst;
    private readonly SearchValues<string> _contents;

    public AddedTokenMatcher(IEnumerable<AddedToken> tokens)
    {
        _longestFirst = [.. tokens.OrderByDescending(token => token.Content.Length)];
        _contents = SearchValues.Create([.. _longestFirst.Select(token => token.Content)], StringComparison.Ordinal);
    }

    /// <summary>Finds the next token.</summary>
    /// <param name="text">The whole piece: a token's neighbours decide whether it is a single word.</param>
    /// <param name="taken">Where the previous match ended; white space before it is not stripped again.</param>
    /// <param name="from">Where to search; moved behind the content found. White space that a match strips is searched again, as Hugging Face does.</param>
    /// <param name="start">Where the piece begins in the whole text, of which the next parameter tells.</param>
    /// <param name="trusted">The parts of the whole text in which special tokens are found; null for all of it.</param>
    /// <param name="match">The token found. Its range is empty where white space that was taken is all it has: then it counts for nothing.</param>
    public bool TryFind(ReadOnlySpan<char> text, int taken, ref int from, int start, TrustedRanges? trusted, out AddedTokenMatch match)
    {
        while (text[from..].IndexOfAny(_contents) is >= 0 and var offset)
        {
            var at = from + offset;
            if (LongestAt(text[at..], start + at, trusted) is not { } token)
            {
                from = at + 1;
                continue;
            }

            var end = from = at + token.Content.Length;
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

    private AddedToken? LongestAt(ReadOnlySpan<char> text, int start, TrustedRanges? trusted)
    {
        foreach (var token in _longestFirst)
        {
            if (text.StartsWith(token.Content) && (!token.Special || trusted?.Contain(start, token.Content.Length) != false))
            {
                return token;
            }
        }

        return null;
    }
}
