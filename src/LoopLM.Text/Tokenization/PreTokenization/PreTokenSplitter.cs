namespace LoopLM.Text.Tokenization.PreTokenization;

/// <summary>One splitting stage of a pre-tokenizer. Safe for any number of threads.</summary>
internal abstract class PreTokenSplitter
{
    /// <summary>Splits a text in time that grows no faster than the text.</summary>
    /// <param name="text">Well-formed UTF-16.</param>
    /// <param name="pieces">Receives the pieces in their order, none empty and none overlapping; what the stage removes is in none of them.</param>
    public abstract void Split(ReadOnlySpan<char> text, List<Range> pieces);
}
