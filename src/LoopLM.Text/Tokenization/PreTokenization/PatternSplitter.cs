using LoopLM.Text.Tokenization.PreTokenization.Patterns;

namespace LoopLM.Text.Tokenization.PreTokenization;

/// <summary>Hugging Face's Split, and the stages that are one of it.</summary>
/// <param name="pattern">What it looks for.</param>
/// <param name="behavior">What becomes of the matches.</param>
/// <param name="invert">Takes what lies between matches for the matches.</param>
internal sealed class PatternSplitter(SplitPattern pattern, SplitBehavior behavior, bool invert = false) : PreTokenSplitter
{
    public override void Split(ReadOnlySpan<char> text, List<Range> pieces)
    {
        var scan = new PatternScan();
        var first = pieces.Count;
        var wasMatch = false;
        for (var from = 0; from < text.Length;)
        {
            var length = pattern.NextLength(text, from, scan, out var isMatch);
            Add(pieces, first, from..(from + length), isMatch != invert, wasMatch);
            wasMatch = isMatch != invert;
            from += length;
        }
    }

    private void Add(List<Range> pieces, int first, Range piece, bool isMatch, bool wasMatch)
    {
        var joins = pieces.Count > first && behavior switch
        {
            SplitBehavior.MergedWithPrevious => isMatch && !wasMatch,
            SplitBehavior.MergedWithNext => !isMatch && wasMatch,
            SplitBehavior.Contiguous => isMatch == wasMatch,
            _ => false,
        };
        if (joins)
        {
            pieces[^1] = pieces[^1].Start..piece.End;
        }
        else if (!isMatch || behavior != SplitBehavior.Removed)
        {
            pieces.Add(piece);
        }
    }
}
