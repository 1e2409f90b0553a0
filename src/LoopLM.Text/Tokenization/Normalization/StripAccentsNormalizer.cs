namespace LoopLM.Text.Tokenization.Normalization;

/// <summary>Leaves out marks, such as the accents that NFD has set apart.</summary>
internal sealed class StripAccentsNormalizer : TextNormalizer
{
    public override List<AlignedRune> Apply(List<AlignedRune> text) =>
        text.FindAll(rune => !UnicodeTables.Instance.Marks.Contains(rune.Value.Value));
}
