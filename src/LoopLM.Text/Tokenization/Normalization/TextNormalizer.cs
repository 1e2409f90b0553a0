namespace LoopLM.Text.Tokenization.Normalization;

/// <summary>A step that a tokenizer takes before it splits a text. Safe for any number of threads.</summary>
internal abstract class TextNormalizer
{
    /// <summary>Whether a text certainly stays as it is, so that nothing need be done.</summary>
    /// <param name="text">Well-formed UTF-16.</param>
    public virtual bool Leaves(ReadOnlySpan<char> text) => false;

    /// <summary>Normalises a text.</summary>
    public abstract List<AlignedRune> Apply(List<AlignedRune> text);

    /// <summary>Normalises a text of which only the result matters.</summary>
    public string Apply(string text) => Leaves(text) ? text : new AlignedText(Apply(AlignedText.RunesOf(text, 0))).Text.ToString();
}
