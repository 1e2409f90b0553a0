using LoopLM.Text.Tokenization.Normalization;

namespace LoopLM.Text.Tokenization;

/// <summary>Where a pre-token or an added token came from.</summary>
/// <param name="Start">First char in the text, or in the normalised piece of it.</param>
/// <param name="Length">Chars; without a space that was added before it.</param>
/// <param name="EndId">One past the piece's last token.</param>
/// <param name="IsAddedToken">The piece is one added token.</param>
/// <param name="HasPrefixSpace">The piece was encoded with a space before it that is not in the text.</param>
/// <param name="Normalized">The normalised piece; null for the text as it is.</param>
internal readonly record struct EncodedPiece(
    int Start, int Length, int EndId, bool IsAddedToken = false, bool HasPrefixSpace = false, AlignedText? Normalized = null);
