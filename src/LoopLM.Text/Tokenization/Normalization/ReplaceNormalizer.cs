using LoopLM.Text.Tokenization.PreTokenization.Patterns;

namespace LoopLM.Text.Tokenization.Normalization;

/// <summary>Puts a text in the place of every match of a pattern.</summary>
internal sealed class ReplaceNormalizer(SplitPattern pattern, string content) : TextNormalizer
{
    public override List<AlignedRune> Apply(List<AlignedRune> text)
    {
        var chars = new AlignedText(text).Text;
        var replaced = new List<AlignedRune>(text.Count);
        var scan = new PatternScan();
        for (int from = 0, rune = 0; from < chars.Length;)
        {
            var length = pattern.NextLength(chars, from, ref scan, out var isMatch);
            var first = rune;
            for (var end = from + length; from < end; rune++)
            {
                from += text[rune].Value.Utf16SequenceLength;
            }

            replaced.AddRange(isMatch
                ? content.EnumerateRunes().Select(value => new AlignedRune(value, text[first].Start, text[rune - 1].End))
                : text[first..rune]);
        }

        return replaced;
    }
}
