using System.Runtime.InteropServices;

namespace LoopLM.StructuredOutput;

/// <summary>Tokens by some of their bytes, as a trie in the order in which a walk comes to its nodes. The root is left out.</summary>
internal sealed class TokenNodes
{
    private readonly List<Node> _nodes = [];
    private readonly int[] _tokens;

    /// <summary>Makes the trie.</summary>
    /// <param name="tokens">The tokens with the bytes that they are found by, at least one byte each.</param>
    public TokenNodes(IEnumerable<(int Token, ReadOnlyMemory<byte> Bytes)> tokens)
    {
        var sorted = tokens.ToList();
        sorted.Sort((left, right) => left.Bytes.Span.SequenceCompareTo(right.Bytes.Span));
        _tokens = [.. sorted.Select(token => token.Token)];
        AddNodes(sorted);
        MarkPlain(sorted);
    }

    /// <summary>Most bytes of a token.</summary>
    public int Depth { get; private set; }

    public ReadOnlySpan<Node> Nodes => CollectionsMarshal.AsSpan(_nodes);

    /// <summary>The tokens, those of a node and of all below it next to each other.</summary>
    public ReadOnlySpan<int> Tokens => _tokens;

    private void AddNodes(List<(int Token, ReadOnlyMemory<byte> Bytes)> sorted)
    {
        // The nodes from the root to where the trie grows.
        var path = new List<int>();
        for (var first = 0; first < sorted.Count;)
        {
            var bytes = sorted[first].Bytes.Span;
            var end = first + 1;
            for (; end < sorted.Count && sorted[end].Bytes.Span.SequenceEqual(bytes); end++)
            {
            }

            var alike = 0;
            while (alike < path.Count && alike < bytes.Length && _nodes[path[alike]].Value == bytes[alike])
            {
                alike++;
            }

            Close(path, alike, first);
            for (var depth = alike + 1; depth <= bytes.Length; depth++)
            {
                path.Add(_nodes.Count);
                var endHere = depth == bytes.Length ? end : first;
                _nodes.Add(new(bytes[depth - 1], (ushort)depth, IsPlainBelow: false, first, endHere, EndBelow: 0, Next: 0));
            }

            Depth = Math.Max(Depth, bytes.Length);
            first = end;
        }

        Close(path, 0, sorted.Count);
    }

    private void Close(List<int> path, int kept, int end)
    {
        for (var i = kept; i < path.Count; i++)
        {
            _nodes[path[i]] = _nodes[path[i]] with { Next = _nodes.Count, EndBelow = end };
        }

        path.RemoveRange(kept, path.Count - kept);
    }

    // From the last node to the first, so that what is below a node is known: how many bytes of its tokens come before their plain ends.
    private void MarkPlain(List<(int Token, ReadOnlyMemory<byte> Bytes)> sorted)
    {
        var before = new int[_nodes.Count];
        for (var at = _nodes.Count - 1; at >= 0; at--)
        {
            var node = _nodes[at];
            for (var token = node.FirstToken; token < node.EndToken; token++)
            {
                before[at] = Math.Max(before[at], PlainText.StartOfEnd(sorted[token].Bytes.Span));
            }

            var splits = false;
            for (var child = at + 1; child < node.Next; child = _nodes[child].Next)
            {
                before[at] = Math.Max(before[at], before[child]);
                splits |= PlainText.IsContinuation(_nodes[child].Value);
            }

            _nodes[at] = node with { IsPlainBelow = before[at] <= node.Depth && !splits };
        }
    }

    /// <summary>One more byte of the tokens below.</summary>
    /// <param name="Value">The byte.</param>
    /// <param name="Depth">Bytes up to here, from 1.</param>
    /// <param name="IsPlainBelow">Whether all that tokens have behind this byte is plain, of at most <see cref="PlainText.MaxLength"/> characters.</param>
    /// <param name="FirstToken">The first token that ends here or below.</param>
    /// <param name="EndToken">One behind the last that ends here.</param>
    /// <param name="EndBelow">One behind the last that ends here or below.</param>
    /// <param name="Next">The first node that is not below this one.</param>
    internal readonly record struct Node(byte Value, ushort Depth, bool IsPlainBelow, int FirstToken, int EndToken, int EndBelow, int Next);
}
