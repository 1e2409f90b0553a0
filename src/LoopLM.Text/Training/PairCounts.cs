namespace LoopLM.Text.Training;

/// <summary>Words as lists of token ids, and how often every pair of neighbours occurs in them.</summary>
internal sealed class PairCounts
{
    private readonly List<(List<int> Tokens, long Count)> _words;
    private readonly Dictionary<(int Left, int Right), long> _counts = [];
    private readonly Dictionary<(int Left, int Right), HashSet<int>> _places = [];

    // Counts only fall while a pair waits here, except for pairs with the newest token, which are queued again: the first entry
    // that is still right is the best pair.
    private readonly PriorityQueue<(int Left, int Right), (long NegativeCount, int Left, int Right)> _queue = new();

    /// <summary>Counts the pairs of all words.</summary>
    public PairCounts(IEnumerable<(List<int> Tokens, long Count)> words)
    {
        _words = [.. words];
        for (var word = 0; word < _words.Count; word++)
        {
            CountPairs(word, sign: 1);
        }

        foreach (var pair in _counts.Keys)
        {
            Enqueue(pair);
        }
    }

    /// <summary>Replaces the most frequent pair, of equals the one with the lowest ids, by a new token.</summary>
    /// <returns>False when no pair occurs twice.</returns>
    public bool TryMergeBest(int newToken, out (int Left, int Right) pair)
    {
        while (_queue.TryDequeue(out pair, out var priority))
        {
            var count = _counts.GetValueOrDefault(pair);
            if (count < 2)
            {
                continue;
            }

            if (count != -priority.NegativeCount)
            {
                Enqueue(pair);
                continue;
            }

            Merge(pair, newToken);
            return true;
        }

        return false;
    }

    private void Merge((int Left, int Right) pair, int newToken)
    {
        var grown = new HashSet<(int, int)>();
        foreach (var word in _places[pair].Order().ToList())
        {
            CountPairs(word, sign: -1);
            var tokens = _words[word].Tokens;
            for (var i = 0; i + 1 < tokens.Count; i++)
            {
                if (tokens[i] == pair.Left && tokens[i + 1] == pair.Right)
                {
                    tokens[i] = newToken;
                    tokens.RemoveAt(i + 1);
                }
            }

            CountPairs(word, sign: 1);
            for (var i = 0; i + 1 < tokens.Count; i++)
            {
                if (tokens[i] == newToken || tokens[i + 1] == newToken)
                {
                    grown.Add((tokens[i], tokens[i + 1]));
                }
            }
        }

        _counts.Remove(pair);
        _places.Remove(pair);
        foreach (var changed in grown)
        {
            Enqueue(changed);
        }
    }

    private void CountPairs(int word, int sign)
    {
        var (tokens, count) = _words[word];
        for (var i = 0; i + 1 < tokens.Count; i++)
        {
            var pair = (tokens[i], tokens[i + 1]);
            _counts[pair] = _counts.GetValueOrDefault(pair) + (sign * count);
            if (!_places.TryGetValue(pair, out var places))
            {
                _places.Add(pair, places = []);
            }

            if (sign > 0)
            {
                places.Add(word);
            }
            else
            {
                places.Remove(word);
            }
        }
    }

    private void Enqueue((int Left, int Right) pair) => _queue.Enqueue(pair, (-_counts.GetValueOrDefault(pair), pair.Left, pair.Right));
}
