namespace LoopLM.Text.Constraints;

/// <summary>Sets of tokens by the state in which they may follow. Once it is full, a new one takes the place of the oldest.</summary>
/// <param name="vocabularySize">One more than the highest token id.</param>
internal sealed class TokenMasks(int vocabularySize)
{
    private const int MaxBytes = 1 << 20;
    private const int MaxMasks = 256;

    private readonly int _words = (vocabularySize + 63) / 64;
    private readonly List<(ulong[] Tokens, int State, long LongestRest)> _masks = [];
    private readonly Dictionary<int, int> _byState = [];
    private int _oldest;

    /// <summary>Finds the mask of a state.</summary>
    /// <param name="state">The state.</param>
    /// <param name="tokens">Bit by bit, whether each token may follow.</param>
    /// <param name="longestRest">The most bytes that a text still takes behind a token of the mask.</param>
    public bool TryGet(int state, out ulong[] tokens, out long longestRest)
    {
        var found = _byState.TryGetValue(state, out var index);
        (tokens, _, longestRest) = found ? _masks[index] : ([], 0, 0);
        return found;
    }

    /// <summary>An array for a new mask, all zeros.</summary>
    public ulong[] Rent()
    {
        if (_masks.Count < Math.Clamp(MaxBytes / (8 * Math.Max(_words, 1)), 1, MaxMasks))
        {
            return new ulong[_words];
        }

        _oldest = (_oldest + 1) % _masks.Count;
        var (tokens, state, _) = _masks[_oldest];
        if (_byState.TryGetValue(state, out var index) && index == _oldest)
        {
            _byState.Remove(state);
        }

        Array.Clear(tokens);
        return tokens;
    }

    /// <summary>Keeps what was written to a rented array.</summary>
    public void Keep(int state, ulong[] tokens, long longestRest)
    {
        if (_masks.Count > 0 && _masks[_oldest].Tokens == tokens)
        {
            _masks[_oldest] = (tokens, state, longestRest);
            _byState[state] = _oldest;
        }
        else
        {
            _byState[state] = _masks.Count;
            _masks.Add((tokens, state, longestRest));
        }
    }

    /// <summary>Forgets which mask is whose, for states that are numbered anew.</summary>
    public void Forget() => _byState.Clear();
}
