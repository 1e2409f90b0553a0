namespace LoopLM.Engine.Sampling;

/// <summary>The last tokens of an output. The newest can be taken back, so that drafts can.</summary>
/// <param name="length">Tokens that are known however many drafts are taken back.</param>
internal sealed class TokenTail(int length)
{
    /// <summary>Most drafts that a sequence has at once.</summary>
    public const int MaxDrafts = 16;

    private readonly int[] _ring = new int[length + MaxDrafts];
    private int _count;

    public void Add(int token) => _ring[_count++ % _ring.Length] = token;

    /// <summary>Takes back the newest token.</summary>
    public int RemoveLast() => _ring[--_count % _ring.Length];

    /// <summary>The newest token but some.</summary>
    /// <param name="back">How many are newer, below <see cref="MaxDrafts"/> and the tokens there are.</param>
    public int this[int back] => _ring[(_count - 1 - back) % _ring.Length];

    /// <summary>Whether the output ends with some tokens, where the newest <paramref name="drafts"/> do not count.</summary>
    public bool EndsWith(ReadOnlySpan<int> tokens, int drafts)
    {
        if (tokens.Length > _count - drafts)
        {
            return false;
        }

        for (var i = 0; i < tokens.Length; i++)
        {
            if (this[drafts + i] != tokens[^(i + 1)])
            {
                return false;
            }
        }

        return true;
    }
}
