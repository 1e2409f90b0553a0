using System.Runtime.InteropServices;

namespace LoopLM.Text.Tokenization.Merging;

/// <summary>Where one merge may apply, leftmost first.</summary>
/// <param name="left">The pair's left token.</param>
/// <param name="right">Its right token.</param>
/// <param name="id">The token that replaces them.</param>
internal sealed class MergeCandidates(int left, int right, int id)
{
    private readonly List<int> _positions = [];
    private int _taken;
    private bool _sorted = true;

    public int Left => left;

    public int Right => right;

    public int Id => id;

    /// <summary>Adds the position of a left token. Positions mostly come in order, so there is seldom anything to sort.</summary>
    public void Add(int position)
    {
        _sorted &= _taken == _positions.Count || _positions[^1] < position;
        _positions.Add(position);
    }

    public bool TryTake(out int position)
    {
        if (!_sorted)
        {
            CollectionsMarshal.AsSpan(_positions)[_taken..].Sort();
            _sorted = true;
        }

        var found = _taken < _positions.Count;
        position = found ? _positions[_taken++] : 0;
        return found;
    }
}
