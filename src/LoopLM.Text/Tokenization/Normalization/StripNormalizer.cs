using System.Text;

namespace LoopLM.Text.Tokenization.Normalization;

/// <summary>Leaves out white space at the ends of a text.</summary>
internal sealed class StripNormalizer(bool left, bool right) : TextNormalizer
{
    public override bool Leaves(ReadOnlySpan<char> text) =>
        (!left || text.TrimStart().Length == text.Length) && (!right || text.TrimEnd().Length == text.Length);

    public override List<AlignedRune> Apply(List<AlignedRune> text)
    {
        var start = left ? text.FindIndex(IsText) : 0;
        var end = right ? text.FindLastIndex(IsText) + 1 : text.Count;
        return start < 0 || start >= end ? [] : text[start..end];
    }

    private static bool IsText(AlignedRune rune) => !Rune.IsWhiteSpace(rune.Value);
}
