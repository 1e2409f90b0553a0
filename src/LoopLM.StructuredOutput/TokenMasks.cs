namespace LoopLM.StructuredOutput;

/// <summary>The masks of the kinds of state seen last. Once there are enough, a new one takes the place of the oldest.</summary>
/// <param name="vocabularySize">One more than the highest token id.</param>
internal sealed class TokenMasks(int vocabularySize)
{
    private const int MaxBytes = 1 << 20;
    private const int MaxMasks = 256;

    private readonly int _capacity = Math.Clamp(8 * MaxBytes / Math.Max(vocabularySize, 1), 1, MaxMasks);
    private readonly List<TokenMask> _masks = [];
    private readonly Dictionary<UInt128, TokenMask> _byKind = [];
    private int _oldest;

    /// <summary>The mask of a kind of state; null where it has to be made.</summary>
    public TokenMask? Find(UInt128 kind) => _byKind.GetValueOrDefault(kind);

    /// <summary>An empty mask for a kind of state that has none.</summary>
    public TokenMask Create(UInt128 kind)
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
            _byKind.Remove(mask.Kind);
        }

        mask.Reset(kind);
        _byKind.Add(kind, mask);
        return mask;
    }
}
