using System.Text;

namespace LoopLM.Text.Tokenization.Normalization;

/// <summary>Writes every character in lower case, each by itself.</summary>
internal sealed class LowercaseNormalizer : TextNormalizer
{
    private const int CapitalIWithDot = 0x130;

    public override List<AlignedRune> Apply(List<AlignedRune> text)
    {
        var lower = new List<AlignedRune>(text.Count);
        foreach (var rune in text)
        {
            // The only character whose lower case is two.
            if (rune.Value.Value == CapitalIWithDot)
            {
                lower.Add(rune with { Value = new('i') });
                lower.Add(rune with { Value = new('\u0307') });
            }
            else
            {
                lower.Add(rune with { Value = Rune.ToLowerInvariant(rune.Value) });
            }
        }

        return lower;
    }
}
