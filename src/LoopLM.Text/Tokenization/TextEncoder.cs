using System.Buffers;
using LoopLM.Text.Tokenization.Normalization;
using LoopLM.Text.Tokenization.PreTokenization;

namespace LoopLM.Text.Tokenization;

/// <summary>
/// The way from text to tokens: added tokens are cut out, the rest is normalised, added tokens that count in normalised text are cut out of
/// that, what is left is split into pre-tokens, and each of those is encoded. Thread-safe.
/// </summary>
/// <param name="matcher">Finds added tokens in the text itself.</param>
/// <param name="normalizer">Normalises the pieces that it leaves.</param>
/// <param name="normalizedMatcher">Finds added tokens in those.</param>
/// <param name="steps">How a piece without added tokens is split.</param>
/// <param name="encoder">Encodes a pre-token.</param>
internal sealed class TextEncoder(
    AddedTokenMatcher matcher,
    TextNormalizer normalizer,
    AddedTokenMatcher normalizedMatcher,
    PreTokenizerSteps steps,
    PreTokenEncoder encoder)
{
    /// <summary>Encodes a text.</summary>
    /// <param name="text">Well-formed UTF-16.</param>
    /// <param name="preTokenize">False takes each piece between added tokens as one pre-token.</param>
    /// <param name="output">Receives the tokens.</param>
    /// <param name="trusted">The parts in which added tokens count that mark something; null for all of the text.</param>
    public void Encode(ReadOnlySpan<char> text, bool preTokenize, EncodeOutput output, TrustedRanges? trusted = null) =>
        CutAddedTokens(new(text, 0, null), isNormalized: false, preTokenize, trusted, output);

    private void CutAddedTokens(TextPart part, bool isNormalized, bool preTokenize, TrustedRanges? trusted, EncodeOutput output)
    {
        var taken = 0;
        var from = 0;
        var finder = isNormalized ? normalizedMatcher : matcher;
        while (!output.IsFull && finder.TryFind(part, taken, ref from, trusted, out var match))
        {
            if (taken < match.Start)
            {
                GoOn(part.Slice(taken, match.Start - taken), isNormalized, preTokenize, trusted, output);
            }

            if (match.Start < match.End)
            {
                output.Ids.Add(match.Id);
                var (start, length) = (part.Start + match.Start, match.End - match.Start);
                output.EndPiece(new(start, length, output.Ids.Count, IsAddedToken: true, Normalized: part.Normalized));
            }

            taken = match.End;
        }

        if (taken < part.Text.Length)
        {
            GoOn(part.Slice(taken, part.Text.Length - taken), isNormalized, preTokenize, trusted, output);
        }
    }

    private void GoOn(TextPart part, bool isNormalized, bool preTokenize, TrustedRanges? trusted, EncodeOutput output)
    {
        if (isNormalized)
        {
            Split(part, preTokenize ? 0 : steps.Splitters.Count, preTokenize, output);
        }
        else if (normalizer.Leaves(part.Text))
        {
            CutAddedTokens(part, isNormalized: true, preTokenize, trusted, output);
        }
        else
        {
            var text = new AlignedText(normalizer.Apply(AlignedText.RunesOf(part.Text, part.Start)));
            CutAddedTokens(new(text.Text, 0, text), isNormalized: true, preTokenize, trusted, output);
        }
    }

    private void Split(TextPart part, int stage, bool preTokenize, EncodeOutput output)
    {
        if (stage == steps.Splitters.Count)
        {
            SplitByteLevel(part, preTokenize ? steps.ByteLevelSplitter : null, output);
            return;
        }

        foreach (var piece in steps.Splitters[stage].Split(part.Text))
        {
            var (from, length) = piece.GetOffsetAndLength(part.Text.Length);
            Split(part.Slice(from, length), stage + 1, preTokenize, output);
            if (output.IsFull)
            {
                return;
            }
        }
    }

    private void SplitByteLevel(TextPart part, PatternSplitter? splitter, EncodeOutput output)
    {
        if (!steps.AddPrefixSpace || part.Text.StartsWith(' '))
        {
            EncodePreTokens(part.Text, part, prefix: 0, splitter, output);
            return;
        }

        var length = part.Text.Length + 1;
        var buffer = ArrayPool<char>.Shared.Rent(length);
        buffer[0] = ' ';
        part.Text.CopyTo(buffer.AsSpan(1));
        EncodePreTokens(buffer.AsSpan(0, length), part, prefix: 1, splitter, output);
        ArrayPool<char>.Shared.Return(buffer);
    }

    private void EncodePreTokens(ReadOnlySpan<char> text, TextPart part, int prefix, PatternSplitter? splitter, EncodeOutput output)
    {
        if (splitter is null)
        {
            EncodePreToken(text, 0..text.Length, part, prefix, output);
            return;
        }

        foreach (var piece in splitter.Split(text))
        {
            EncodePreToken(text, piece, part, prefix, output);
            if (output.IsFull)
            {
                return;
            }
        }
    }

    private void EncodePreToken(ReadOnlySpan<char> text, Range piece, in TextPart part, int prefix, EncodeOutput output)
    {
        var (from, length) = piece.GetOffsetAndLength(text.Length);
        encoder.Encode(text.Slice(from, length), output.Merger, output.Ids);
        var added = from == 0 ? prefix : 0;
        var start = part.Start + from + added - prefix;
        output.EndPiece(new(start, length - added, output.Ids.Count, HasPrefixSpace: added == 1, Normalized: part.Normalized));
    }
}
