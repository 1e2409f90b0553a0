namespace LoopLM.Text.Stopping;

/// <summary>
/// A set of strings that end a generation, as an Aho-Corasick automaton over chars: the state is the longest suffix of the text
/// that begins a stop string. Immutable; one set serves any number of <see cref="StopMatcher"/>s.
/// </summary>
public sealed class StopStrings
{
    private readonly List<Node> _nodes = [new(0)];

    /// <summary>Builds the automaton; takes time and memory linear in the strings' total length.</summary>
    /// <param name="strings">None empty; may be none at all, and then nothing stops.</param>
    /// <exception cref="ArgumentException">A string is empty.</exception>
    public StopStrings(params IReadOnlyList<string> strings)
    {
        foreach (var text in strings)
        {
            ArgumentException.ThrowIfNullOrEmpty(text, nameof(strings));
            Add(text);
        }

        LinkSuffixes();
    }

    /// <summary>The state before any text.</summary>
    internal static int Start => 0;

    /// <summary>Chars of the state's suffix: those that may yet turn out to begin a stop string.</summary>
    internal int Depth(int state) => _nodes[state].Depth;

    /// <summary>The longest stop string that the text in this state ends with; null if none.</summary>
    internal string? Match(int state) => _nodes[state].Match;

    /// <summary>The state after one more char.</summary>
    internal int Next(int state, char value)
    {
        int next;
        while (!_nodes[state].Children.TryGetValue(value, out next) && state != Start)
        {
            state = _nodes[state].Suffix;
        }

        return next;
    }

    private void Add(string text)
    {
        var state = Start;
        foreach (var value in text)
        {
            if (!_nodes[state].Children.TryGetValue(value, out var child))
            {
                child = _nodes.Count;
                _nodes.Add(new(_nodes[state].Depth + 1));
                _nodes[state].Children.Add(value, child);
            }

            state = child;
        }

        _nodes[state].Match = text;
    }

    // Breadth first, so that the suffix of a node, which is shorter, is linked before it.
    private void LinkSuffixes()
    {
        var queue = new Queue<int>(_nodes[Start].Children.Values);
        while (queue.TryDequeue(out var state))
        {
            foreach (var (value, child) in _nodes[state].Children)
            {
                _nodes[child].Suffix = Next(_nodes[state].Suffix, value);
                _nodes[child].Match ??= _nodes[_nodes[child].Suffix].Match;
                queue.Enqueue(child);
            }
        }
    }

    private sealed class Node(int depth)
    {
        public int Depth { get; } = depth;

        public Dictionary<char, int> Children { get; } = [];

        public int Suffix { get; set; }

        public string? Match { get; set; }
    }
}
