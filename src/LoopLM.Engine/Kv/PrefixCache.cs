namespace LoopLM.Engine.Kv;

/// <summary>
/// Prefixes whose K and V are there: a radix tree over token ids for each client and salt. Its nodes hold slots that the ledger counts, and
/// give them up as soon as a sequence needs them, those that were used least recently first. Only positions that ran all loops of the model
/// are in it, so that what is computed with them is the same to the bit.
/// </summary>
internal sealed class PrefixCache
{
    private readonly KvLedger _ledger;
    private readonly int _loops;
    private readonly Dictionary<PrefixKey, PrefixNode> _roots = [];

    // A node is used after its children, so the first has none.
    private readonly LinkedList<PrefixNode> _uses = new();

    /// <summary>Creates an empty cache.</summary>
    /// <param name="ledger">Owns the slots.</param>
    /// <param name="loops">Loops of the model (T).</param>
    public PrefixCache(KvLedger ledger, int loops)
    {
        (_ledger, _loops) = (ledger, loops);
        ledger.Evict = Evict;
    }

    /// <summary>How many of the first tokens are there.</summary>
    public int Count(PrefixKey key, ReadOnlySpan<int> tokens) => Walk(key, tokens, sequence: null);

    /// <summary>Gives a sequence that has run nothing the slots of the first tokens that are there.</summary>
    /// <param name="sequence">Its number.</param>
    /// <param name="key">Whose it is.</param>
    /// <param name="tokens">The tokens that it may take over.</param>
    /// <returns>How many it took over.</returns>
    public int Adopt(int sequence, PrefixKey key, ReadOnlySpan<int> tokens) => Walk(key, tokens, sequence);

    /// <summary>Keeps what the first positions of a sequence have written.</summary>
    /// <param name="sequence">Its number.</param>
    /// <param name="key">Whose it is.</param>
    /// <param name="tokens">Their tokens; all of them have run all loops of the model.</param>
    public void Insert(int sequence, PrefixKey key, ReadOnlySpan<int> tokens)
    {
        if (!_roots.TryGetValue(key, out var node))
        {
            _roots.Add(key, node = new PrefixNode { Key = key });
        }

        var position = 0;
        while (position < tokens.Length)
        {
            if (!node.Children.TryGetValue(tokens[position], out var child))
            {
                node = Add(node, sequence, position, tokens[position..]);
                break;
            }

            var shared = child.Tokens.AsSpan().CommonPrefixLength(tokens[position..]);
            position += shared;
            node = shared < child.Tokens.Length ? Split(child, shared) : child;
        }

        Use(node);
    }

    /// <summary>The slots that it holds.</summary>
    /// <exception cref="InvalidOperationException">The tree is not in order.</exception>
    public IReadOnlyList<int> Audit()
    {
        var isOrdered = _uses.First?.Value.Children.Count is null or 0
            && _uses.All(node => node.Parent!.Children[node.Tokens[0]] == node && node.Slots.Length == node.Tokens.Length * _loops)
            && _uses.Sum(node => node.Children.Count) + _roots.Values.Sum(root => root.Children.Count) == _uses.Count
            && _roots.Values.All(root => root.Children.Count > 0);
        return isOrdered
            ? [.. _uses.SelectMany(node => node.Slots)]
            : throw new InvalidOperationException("Prefix cache: the tree is not in order.");
    }

    private int Walk(PrefixKey key, ReadOnlySpan<int> tokens, int? sequence)
    {
        if (!_roots.TryGetValue(key, out var node))
        {
            return 0;
        }

        var position = 0;
        while (position < tokens.Length && node.Children.TryGetValue(tokens[position], out var child))
        {
            var shared = child.Tokens.AsSpan().CommonPrefixLength(tokens[position..]);
            for (var i = 0; i < shared && sequence is not null; i++)
            {
                _ledger.Adopt(sequence.Value, position + i, child.Slots.AsSpan(i * _loops, _loops));
            }

            (node, position) = (child, position + shared);
            if (shared < child.Tokens.Length)
            {
                break;
            }
        }

        Use(node);
        return position;
    }

    private PrefixNode Add(PrefixNode parent, int sequence, int position, ReadOnlySpan<int> tokens)
    {
        var node = new PrefixNode { Parent = parent, Tokens = tokens.ToArray(), Slots = new int[tokens.Length * _loops] };
        for (var i = 0; i < tokens.Length; i++)
        {
            _ledger.Cache(sequence, position + i, node.Slots.AsSpan(i * _loops, _loops));
        }

        parent.Children.Add(tokens[0], node);
        node.Use = _uses.AddLast(node);
        return node;
    }

    /// <summary>Makes two runs of one: a new one with the first tokens, which is returned, and the rest.</summary>
    private PrefixNode Split(PrefixNode node, int count)
    {
        var first = new PrefixNode
        {
            Parent = node.Parent,
            Tokens = node.Tokens[..count],
            Slots = node.Slots[..(count * _loops)],
            Children = { [node.Tokens[count]] = node },
        };
        first.Parent!.Children[first.Tokens[0]] = first;
        first.Use = _uses.AddAfter(node.Use!, first);
        (node.Parent, node.Tokens, node.Slots) = (first, node.Tokens[count..], node.Slots[(count * _loops)..]);
        return first;
    }

    /// <summary>A run is used, and with it those before it.</summary>
    private void Use(PrefixNode? node)
    {
        for (; node?.Use is { } use; node = node.Parent)
        {
            _uses.Remove(use);
            _uses.AddLast(use);
        }
    }

    private void Evict()
    {
        var node = _uses.First?.Value ?? throw new InvalidOperationException("KV ledger: no slot is free, and no prefix is cached.");
        _ledger.Uncache(node.Slots);
        _uses.RemoveFirst();
        var parent = node.Parent!;
        parent.Children.Remove(node.Tokens[0]);
        if (parent is { Parent: null, Children.Count: 0 })
        {
            _roots.Remove(parent.Key);
        }
    }
}
