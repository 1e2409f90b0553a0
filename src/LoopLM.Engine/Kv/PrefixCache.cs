namespace LoopLM.Engine.Kv;

/// <summary>
/// Prefixes whose K and V are there: a radix tree over token ids for each client and salt. Its nodes hold slots that the ledger counts, and
/// give them up as soon as a sequence needs them, those that were used least recently first.
/// </summary>
/// <remarks>
/// A run is exact where its positions, and all before them, ran all loops of the model: what is computed with it is the same
/// to the bit. The others are as they were generated, only for those who request them
/// (<see cref="PrefixReuse.AsGenerated"/>). Nothing exact comes after them.
/// </remarks>
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
    public int Count(PrefixKey key, PrefixReuse reuse, ReadOnlySpan<int> tokens) => Walk(key, reuse, tokens, sequence: null).Count;

    /// <summary>Gives a sequence that has run nothing the slots of the first tokens that are there.</summary>
    /// <param name="sequence">Its number.</param>
    /// <param name="key">Whose it is.</param>
    /// <param name="reuse">What it may take over.</param>
    /// <param name="tokens">The tokens that it may take over.</param>
    /// <returns>How many it took over, and how many of them are exact.</returns>
    public (int Count, int Exact) Adopt(int sequence, PrefixKey key, PrefixReuse reuse, ReadOnlySpan<int> tokens) =>
        Walk(key, reuse, tokens, sequence);

    /// <summary>Keeps what the first positions of a sequence have written. Only what is new is copied.</summary>
    /// <param name="sequence">Its number.</param>
    /// <param name="key">Whose it is.</param>
    /// <param name="tokens">Their tokens.</param>
    /// <param name="exact">How many of them are exact.</param>
    public void Insert(int sequence, PrefixKey key, TokenRun tokens, int exact)
    {
        if (!_roots.TryGetValue(key, out var node))
        {
            _roots.Add(key, node = new PrefixNode { Key = key });
        }

        for (var position = 0; position < tokens.Length;)
        {
            var isExact = position < exact;
            if (!node.Children.TryGetValue((tokens[position], isExact), out var child))
            {
                var end = isExact ? exact : tokens.Length;
                node = Add(node, sequence, position, tokens.ToArray(position, end), isExact);
                position = end;
                continue;
            }

            var shared = Math.Min(tokens.CommonPrefixLength(position, child.Tokens), (isExact ? exact : tokens.Length) - position);
            if (!isExact && !IsTrusted(child, sequence, position, shared))
            {
                // Another text had the same tokens, and what comes after them here was not computed with its K and V.
                break;
            }

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
            && _uses.All(node => node.Parent!.Children[node.Branch] == node && node.Slots.Length == node.Tokens.Length * _loops)
            && _uses.All(node => node.Parent!.IsExact || !node.IsExact)
            && _uses.Sum(node => node.Children.Count) + _roots.Values.Sum(root => root.Children.Count) == _uses.Count
            && _roots.Values.All(root => root.Children.Count > 0);
        return isOrdered ? [.. _uses.SelectMany(node => node.Slots.Chunk(_loops)).SelectMany(slots => slots.Distinct())]
            : throw new InvalidOperationException("Prefix cache: the tree is not in order.");
    }

    private (int Count, int Exact) Walk(PrefixKey key, PrefixReuse reuse, ReadOnlySpan<int> tokens, int? sequence)
    {
        if (!_roots.TryGetValue(key, out var node))
        {
            return default;
        }

        var (position, exact) = (0, 0);
        while (position < tokens.Length && Next(node, reuse, tokens[position..], out var shared) is { } child)
        {
            for (var i = 0; i < shared && sequence is not null; i++)
            {
                _ledger.Adopt(sequence.Value, position + i, child.Slots.AsSpan(i * _loops, _loops));
            }

            (node, position) = (child, position + shared);
            exact = child.IsExact ? position : exact;
            if (shared < child.Tokens.Length)
            {
                break;
            }
        }

        Use(node);
        return (position, exact);
    }

    /// <summary>
    /// The run that goes on from a node with most of some tokens, the exact one where two have as many; null where none does.
    /// </summary>
    private static PrefixNode? Next(PrefixNode node, PrefixReuse reuse, ReadOnlySpan<int> tokens, out int shared)
    {
        var exact = node.Children.GetValueOrDefault((tokens[0], true));
        var generated = reuse == PrefixReuse.AsGenerated ? node.Children.GetValueOrDefault((tokens[0], false)) : null;
        var (exactShared, generatedShared) = (tokens.CommonPrefixLength(exact?.Tokens), tokens.CommonPrefixLength(generated?.Tokens));
        shared = Math.Max(exactShared, generatedShared);
        return exactShared >= generatedShared ? exact : generated;
    }

    /// <summary>Whether the first positions of a run hold what a sequence has written or taken over there.</summary>
    private bool IsTrusted(PrefixNode node, int sequence, int position, int count)
    {
        var own = _ledger.Slots(sequence, loop: 1, position + count).Span;
        for (var i = 0; i < count; i++)
        {
            if (node.Slots[i * _loops] != own[position + i])
            {
                return false;
            }
        }

        return true;
    }

    private PrefixNode Add(PrefixNode parent, int sequence, int position, int[] tokens, bool isExact)
    {
        var node = new PrefixNode { Parent = parent, Tokens = tokens, Slots = new int[tokens.Length * _loops], IsExact = isExact };
        for (var i = 0; i < tokens.Length; i++)
        {
            _ledger.Cache(sequence, position + i, node.Slots.AsSpan(i * _loops, _loops));
        }

        parent.Children.Add(node.Branch, node);
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
            IsExact = node.IsExact,
        };
        first.Parent!.Children[first.Branch] = first;
        first.Use = _uses.AddAfter(node.Use!, first);
        (node.Parent, node.Tokens, node.Slots) = (first, node.Tokens[count..], node.Slots[(count * _loops)..]);
        first.Children.Add(node.Branch, node);
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
        for (var i = 0; i < node.Tokens.Length; i++)
        {
            _ledger.Uncache(node.Slots.AsSpan(i * _loops, _loops));
        }

        _uses.RemoveFirst();
        var parent = node.Parent!;
        parent.Children.Remove(node.Branch);
        if (parent is { Parent: null, Children.Count: 0 })
        {
            _roots.Remove(parent.Key);
        }
    }
}
