namespace LoopLM.Text.Constraints;

/// <summary>The tokens that may follow in one state, bit by bit.</summary>
/// <param name="vocabularySize">One more than the highest token id.</param>
internal sealed class TokenMask(int vocabularySize)
{
    private readonly ulong[] _words = new ulong[(vocabularySize + 63) / 64];

    /// <summary>The state that it is for.</summary>
    public int State { get; private set; }

    /// <summary>The most bytes that a text still takes behind a token of the mask.</summary>
    public long LongestRest { get; private set; }

    public bool IsEmpty => !_words.AsSpan().ContainsAnyExcept(0UL);

    /// <summary>Empties it, for a state.</summary>
    public void Reset(int state)
    {
        (State, LongestRest) = (state, 0);
        Array.Clear(_words);
    }

    /// <summary>Adds tokens behind which a text takes so many more bytes.</summary>
    public void Add(ReadOnlySpan<int> tokens, long rest)
    {
        LongestRest = Math.Max(LongestRest, rest);
        foreach (var token in tokens)
        {
            _words[token / 64] |= 1UL << token;
        }
    }

    /// <summary>Sets the logits of all other tokens to negative infinity.</summary>
    public void Apply(Span<float> logits)
    {
        for (var first = 0; first < logits.Length; first += 64)
        {
            var word = first / 64 < _words.Length ? _words[first / 64] : 0;
            var part = logits[first..Math.Min(first + 64, logits.Length)];
            if (word == 0)
            {
                part.Fill(float.NegativeInfinity);
                continue;
            }

            for (var i = 0; word != ulong.MaxValue && i < part.Length; i++)
            {
                part[i] = (word >> i & 1) != 0 ? part[i] : float.NegativeInfinity;
            }
        }
    }
}
