using LoopLM.Server.TextGeneration;

namespace LoopLM.Server.Loop.Compare;

/// <summary>An answer at one depth.</summary>
/// <param name="Text">What was generated.</param>
/// <param name="Duration">From the start of the comparison to its end.</param>
internal sealed record ComparedAnswer(FinishedText Text, TimeSpan Duration)
{
    /// <summary>
    /// Where this answer leaves another, in tokens and in characters (Unicode code points); null where their tokens are equal.
    /// </summary>
    public (int Token, int Character)? DivergenceFrom(ComparedAnswer other)
    {
        var (own, others) = (Text.Tokens.Select(token => token.Token), other.Text.Tokens.Select(token => token.Token));
        return own.SequenceEqual(others)
            ? null
            : (CommonLength(own, others), CommonLength(Text.Text.EnumerateRunes(), other.Text.Text.EnumerateRunes()));
    }

    private static int CommonLength<T>(IEnumerable<T> one, IEnumerable<T> other) =>
        one.Zip(other).TakeWhile(pair => EqualityComparer<T>.Default.Equals(pair.First, pair.Second)).Count();
}
