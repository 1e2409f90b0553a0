namespace LoopLM.Text.Tokenization.PreTokenization;

/// <summary>
/// One splitting stage of a pre-tokenizer. No supported pattern looks behind, so where a piece ends depends only on the text from its start.
/// </summary>
internal abstract class PreTokenSplitter
{
    /// <summary>Chars of the first piece; at least 1.</summary>
    /// <param name="text">Not empty, well-formed UTF-16.</param>
    public abstract int FirstLength(ReadOnlySpan<char> text);

    /// <summary>
    /// The piece that the patterns' last two alternatives, <c>\s+(?!\S)|\s+</c>, find at the start of a run of white space:
    /// all of it at the end of the text, else all but its last char, which goes with the word after it.
    /// </summary>
    protected static int SpaceLength(int run, int textLength) => run == 1 || run == textLength ? run : run - 1;
}
