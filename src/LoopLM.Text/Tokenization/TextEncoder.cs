using System.Buffers;
using LoopLM.Text.Tokenization.PreTokenization;

namespace LoopLM.Text.Tokenization;

/// <summary>The way from text to tokens: added tokens are cut out, the rest is split into pre-tokens, each is encoded. Thread-safe.</summary>
/// <param name="matchers">In order; each sees the pieces that the one before left.</param>
/// <param name="steps">How a piece without added tokens is split.</param>
/// <param name="encoder">Encodes a pre-token.</param>
internal sealed class TextEncoder(IReadOnlyList<AddedTokenMatcher> matchers, PreTokenizerSteps steps, PreTokenEncoder encoder)
{
    /// <summary>Encodes a text.</summary>
    /// <param name="text">Well-formed UTF-16.</param>
    /// <param name="preTokenize">False takes each piece between added tokens as one pre-token.</param>
    /// <param name="output">Receives the tokens.</param>
    /// <param name="trusted">The parts in which special tokens count; null for all of the text.</param>
    public void Encode(ReadOnlySpan<char> text, bool preTokenize, EncodeOutput output, TrustedRanges? trusted = null) =>
        CutAddedTokens(text, 0, matcher: 0, preTokenize, trusted, output);

    private void CutAddedTokens(ReadOnlySpan<char> text, int start, int matcher, bool preTokenize, TrustedRanges? trusted, EncodeOutput output)
    {
        if (matcher == matchers.Count)
        {
            Split(text, start, preTokenize ? 0 : steps.Splitters.Count, preTokenize, output);
            return;
        }

        var taken = 0;
        var from = 0;
        while (!output.IsFull && matchers[matcher].TryFind(text, taken, ref from, start, trusted, out var match))
        {
            if (taken < match.Start)
            {
                CutAddedTokens(text[taken..match.Start], start + taken, matcher + 1, preTokenize, trusted, output);
            }

            if (match.Start < match.End)
            {
                output.Ids.Add(match.Id);
                output.EndPiece(start + match.Start, match.End - match.Start, isAddedToken: true, hasPrefixSpace: false);
            }

            taken = match.End;
        }

        if (taken < text.Length)
        {
            CutAddedTokens(text[taken..], start + taken, matcher + 1, preTokenize, trusted, output);
        }
    }

    private void Split(ReadOnlySpan<char> text, int start, int stage, bool preTokenize, EncodeOutput output)
    {
        if (stage == steps.Splitters.Count)
        {
            SplitByteLevel(text, start, preTokenize ? steps.ByteLevelSplitter : null, output);
            return;
        }

        for (var from = 0; from < text.Length && !output.IsFull;)
        {
            var length = steps.Splitters[stage].FirstLength(text[from..]);
            Split(text.Slice(from, length), start + from, stage + 1, preTokenize, output);
            from += length;
        }
    }

    private void SplitByteLevel(ReadOnlySpan<char> text, int start, PreTokenSplitter? splitter, EncodeOutput output)
    {
        if (!steps.AddPrefixSpace || text.StartsWith(' '))
        {
            EncodePreTokens(text, start, prefix: 0, splitter, output);
            return;
        }

        var buffer = ArrayPool<char>.Shared.Rent(text.Length + 1);
        buffer[0] = ' ';
        text.CopyTo(buffer.AsSpan(1));
        EncodePreTokens(buffer.AsSpan(0, text.Length + 1), start, prefix: 1, splitter, output);
        ArrayPool<char>.Shared.Return(buffer);
    }

    private void EncodePreTokens(ReadOnlySpan<char> text, int start, int prefix, PreTokenSplitter? splitter, EncodeOutput output)
    {
        for (var from = 0; from < text.Length && !output.IsFull;)
        {
            var length = splitter?.FirstLength(text[from..]) ?? text.Length;
            encoder.Encode(text.Slice(from, length), output.Merger, output.Ids);
            var added = from == 0 ? prefix : 0;
            output.EndPiece(start + from + added - prefix, length - added, isAddedToken: false, added == 1);
            from += length;
        }
    }
}
