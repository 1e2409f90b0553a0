using LoopLM.Text.Tokenization.Normalization;

namespace LoopLM.Text.Tokenization;

/// <summary>A part of the text that is encoded, or of what a piece of it became by normalisation.</summary>
/// <param name="text">The part.</param>
/// <param name="start">Where it begins in the text, or in the normalised piece.</param>
/// <param name="normalized">The normalised piece; null for the text as it is.</param>
internal readonly ref struct TextPart(ReadOnlySpan<char> text, int start, AlignedText? normalized)
{
    public ReadOnlySpan<char> Text { get; } = text;

    public int Start { get; } = start;

    public AlignedText? Normalized { get; } = normalized;

    /// <summary>A part of this part.</summary>
    public TextPart Slice(int from, int length) => new(Text.Slice(from, length), Start + from, Normalized);

    /// <summary>The chars of the text that is encoded, from which some chars of this part come.</summary>
    public Range SourceOf(int from, int length) => Normalized?.SourceOf(Start + from, length) ?? (Start + from)..(Start + from + length);
}
