using LoopLM.Text.Tokenization.PreTokenization.Patterns;

namespace LoopLM.Text.Tokenization.PreTokenization;

/// <summary>
/// One splitting stage of a pre-tokenizer: Hugging Face's Split, and the stages that are one of it. Safe for any number of threads.
/// </summary>
/// <param name="Pattern">What it looks for.</param>
/// <param name="Behavior">What becomes of the matches.</param>
/// <param name="IsInverted">Takes what lies between matches for the matches.</param>
internal sealed record PatternSplitter(SplitPattern Pattern, SplitBehavior Behavior, bool IsInverted = false)
{
    /// <summary>Splits a text in time that grows no faster than the text, piece by piece.</summary>
    /// <param name="text">Well-formed UTF-16.</param>
    /// <returns>The pieces in their order, none empty and none overlapping; what the stage removes is in none of them.</returns>
    public SplitPieces Split(ReadOnlySpan<char> text) => new(this, text);
}
