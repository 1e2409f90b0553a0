namespace LoopLM.Text.Constraints;

/// <summary>The masks of the states seen last. Once there are enough, a new one takes the place of the oldest.</summary>
/// <param name="vocabularySize">One more than the highest token id.</param>
internal sealed class TokenMasks(int vocabularySize)
{
    private const int MaxBytes = 1 << 20;
    private const int MaxMasks = 256;

    private readonly int _capacity = Math.Clamp(8 * MaxBytes / Math.Max(vocabularySize, 1), 1, MaxMasks);
    private readonly List<TokenMask> _masks = [];
    private readonly Dictionary<int, TokenMask> _byState = [];
    private int _oldest;

    /// <summary>The mask of a state; null where it has to be made.</summary>
    public TokenMask? Find(int state) => _byState.GetValueOrDefault(state);

    /// <summary>An empty mask for a state that has none.</summary>
    public TokenMask Create(int state)
    {
        TokenMask mask;
        if (_masks.Count < _capacity)
        {
            mask = new(vocabularySize);
            _masks.Add(mask);
        }
        else
        {
            mask = _masks[_oldest];
            _oldest = (_oldest + 1) % _capacity;
            if (_byState.GetValueOrDefault(mask.State) == mask)
            {
                _byState.Remove(mask.State);
            }
        }

        mask.Reset(state);
        _byState.Add(state, mask);
        return mask;
    }

    /// <summary>Forgets whose mask is which, as states are numbered anew.</summary>
    public void Forget() => _byState.Clear();
}
