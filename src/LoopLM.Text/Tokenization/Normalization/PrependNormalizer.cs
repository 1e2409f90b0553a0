namespace LoopLM.Text.Tokenization.Normalization;

/// <summary>Puts a text in front of one that is not empty.</summary>
internal sealed class PrependNormalizer(string prefix) : TextNormalizer
{
    public override List<AlignedRune> Apply(List<AlignedRune> text) =>
        text.Count == 0 ? text : [.. prefix.EnumerateRunes().Select(rune => new AlignedRune(rune, text[0].Start, text[0].Start)), .. text];
}
