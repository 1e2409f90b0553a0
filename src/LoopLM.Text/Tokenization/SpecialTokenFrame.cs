namespace LoopLM.Text.Tokenization;

/// <summary>The special tokens that a tokenizer puts around a whole text, such as one for its beginning.</summary>
/// <param name="Before">In front of the text's tokens.</param>
/// <param name="After">After them.</param>
internal sealed record SpecialTokenFrame(IReadOnlyList<int> Before, IReadOnlyList<int> After)
{
    public static SpecialTokenFrame None { get; } = new([], []);
}
