using Microsoft.ML.Tokenizers;

namespace LoopLM.Text.Tokenization;

/// <summary>Finds which chars of the text each token covers.</summary>
internal static class TokenOffsets
{
    /// <summary>
    /// A token covers every char that has one of its bytes, so tokens that share a char overlap.
    /// A space that was added covers nothing, and neither do dropped bytes.
    /// </summary>
    /// <param name="text">The text that was encoded.</param>
    /// <param name="ids">Its tokens.</param>
    /// <param name="pieces">Where they came from.</param>
    /// <param name="vocabulary">The tokens' texts and bytes.</param>
    public static List<EncodedToken> Locate(
        ReadOnlySpan<char> text, List<int> ids, List<EncodedPiece> pieces, Vocabulary vocabulary)
    {
        var tokens = new List<EncodedToken>(ids.Count);
        var charOfByte = new List<Range>();
        foreach (var piece in pieces)
        {
            var consumed = 0;
            var source = piece.Normalized is { } normalized ? normalized.Text : text;
            MapKeptBytes(source, piece, vocabulary.ByteSymbols, charOfByte);
            while (tokens.Count < piece.EndId)
            {
                var id = ids[tokens.Count];
                var length = vocabulary.GetBytes(id).Length;
                var range = piece.IsAddedToken
                    ? SourceOf(piece, piece.Start, piece.Length)
                    : charOfByte[consumed].Start..charOfByte[consumed + length - 1].End;
                consumed += length;
                tokens.Add(new(id, vocabulary.GetToken(id)!, range));
            }
        }

        return tokens;
    }

    private static Range SourceOf(EncodedPiece piece, int start, int length) =>
        piece.Normalized?.SourceOf(start, length) ?? start..(start + length);

    private static void MapKeptBytes(ReadOnlySpan<char> text, EncodedPiece piece, ReadOnlySpan<int> byteSymbols, List<Range> charOfByte)
    {
        charOfByte.Clear();
        if (piece.HasPrefixSpace && byteSymbols[' '] >= 0)
        {
            charOfByte.Add(SourceOf(piece, piece.Start, 0));
        }

        var start = piece.Start;
        Span<byte> bytes = stackalloc byte[4];
        foreach (var rune in text.Slice(piece.Start, piece.Length).EnumerateRunes())
        {
            foreach (var value in bytes[..rune.EncodeToUtf8(bytes)])
            {
                if (byteSymbols[value] >= 0)
                {
                    charOfByte.Add(SourceOf(piece, start, rune.Utf16SequenceLength));
                }
            }

            start += rune.Utf16SequenceLength;
        }
    }
}
