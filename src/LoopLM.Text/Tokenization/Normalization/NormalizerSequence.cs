namespace LoopLM.Text.Tokenization.Normalization;

/// <summary>Steps one after another; may be none.</summary>
internal sealed class NormalizerSequence(IReadOnlyList<TextNormalizer> steps) : TextNormalizer
{
    public override bool Leaves(ReadOnlySpan<char> text)
    {
        foreach (var step in steps)
        {
            if (!step.Leaves(text))
            {
                return false;
            }
        }

        return true;
    }

    public override List<AlignedRune> Apply(List<AlignedRune> text) => steps.Aggregate(text, (so, step) => step.Apply(so));
}
