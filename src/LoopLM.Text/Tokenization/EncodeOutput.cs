using LoopLM.Text.Tokenization.Merging;

namespace LoopLM.Text.Tokenization;

/// <summary>What one encode call has produced, and its scratch.</summary>
/// <param name="merger">Scratch.</param>
/// <param name="pieces">Receives where the tokens came from, where the caller wants to know.</param>
/// <param name="limit">Tokens wanted: encoding may stop once there are more.</param>
internal sealed class EncodeOutput(BytePairMerger merger, List<EncodedPiece>? pieces, int limit)
{
    public List<int> Ids { get; } = [];

    public BytePairMerger Merger { get; } = merger;

    public bool IsFull => Ids.Count > limit;

    /// <summary>Ends a piece: the tokens added since the last one are its own.</summary>
    public void EndPiece(in EncodedPiece piece) => pieces?.Add(piece);
}
