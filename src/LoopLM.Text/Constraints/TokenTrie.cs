using System.Runtime.InteropServices;
using LoopLM.Text.Constraints.Automata;
using LoopLM.Text.Tokenization;

namespace LoopLM.Text.Constraints;

/// <summary>
/// The tokens of a vocabulary by their bytes, so that tokens that begin alike are tried together. Immutable; one trie of a tokenizer
/// serves any number of <see cref="TokenConstraint"/>s on any threads. It takes about 40 bytes a token.
/// </summary>
public sealed class TokenTrie
{
    // In the order in which a walk comes to the nodes; the root is left out.
    private readonly List<Node> _nodes = [];
    private readonly List<int> _tokens = [];
    private readonly ByteLevelBpeTokenizer _tokenizer;
    private readonly int[] _endTokens;
    private readonly IReadOnlySet<int>? _shownTokens;

    private TokenTrie(ByteLevelBpeTokenizer tokenizer, int[] endTokens, IReadOnlySet<int>? shownTokens)
    {
        _tokenizer = tokenizer;
        _shownTokens = shownTokens;
        _endTokens = endTokens;
        VocabularySize = tokenizer.VocabularySize;
        for (var id = 0; id < VocabularySize; id++)
        {
            if (!BytesOf(id).IsEmpty)
            {
                _tokens.Add(id);
            }
        }

        _tokens.Sort((left, right) => BytesOf(left).SequenceCompareTo(BytesOf(right)));
        AddNodes();
    }

    /// <summary>One more than the highest token id.</summary>
    public int VocabularySize { get; }

    /// <summary>Bytes of the longest token.</summary>
    public int Depth { get; private set; }

    /// <summary>The tokens that end a text.</summary>
    public ReadOnlySpan<int> EndTokens => _endTokens;

    /// <summary>The bytes that are tokens by themselves. With those alone, whatever has been begun can be ended.</summary>
    internal ByteSet Bytes { get; private set; }

    internal ReadOnlySpan<Node> Nodes => CollectionsMarshal.AsSpan(_nodes);

    /// <summary>Tokens with bytes, those of a node next to each other.</summary>
    internal ReadOnlySpan<int> Tokens => CollectionsMarshal.AsSpan(_tokens);

    /// <summary>Makes the trie of a tokenizer's tokens. Special tokens are left out, because no text may become one.</summary>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="endTokens">Ids of the tokens that end a text, at least one; they need not have been special.</param>
    /// <param name="problem">Why there is none; null where there is one.</param>
    /// <param name="shownTokens">Special tokens that stand for their text, because decoding shows them; null for none.</param>
    /// <returns>Null where JSON cannot be written, or no text ended.</returns>
    public static TokenTrie? TryCreate(
        ByteLevelBpeTokenizer tokenizer, IEnumerable<int> endTokens, out string? problem, IReadOnlySet<int>? shownTokens = null)
    {
        var trie = new TokenTrie(tokenizer, [.. endTokens.Where(id => (uint)id < (uint)tokenizer.VocabularySize).Distinct()], shownTokens);
        var missing = Enumerable.Range(' ', '~' - ' ' + 1).FirstOrDefault(value => !trie.Bytes.Contains((byte)value), -1);
        problem = missing >= 0 ? $"the tokenizer has no token for '{(char)missing}', so that JSON cannot be written"
            : trie._endTokens.Length == 0 ? "the model has no token that ends a text"
            : null;
        return problem is null ? trie : null;
    }

    /// <summary>The bytes that a token adds to a text; none for a token that adds no text, be it special, an end token or no token at all.</summary>
    internal ReadOnlySpan<byte> BytesOf(int token) =>
        (_tokenizer.IsSpecial(token) && _shownTokens?.Contains(token) is not true) || _endTokens.Contains(token)
            ? []
            : _tokenizer.GetTokenBytes(token);

    private void AddNodes()
    {
        // The nodes from the root to where the trie grows.
        var path = new List<int>();
        for (var first = 0; first < _tokens.Count;)
        {
            var bytes = BytesOf(_tokens[first]);
            var end = first + 1;
            for (; end < _tokens.Count && BytesOf(_tokens[end]).SequenceEqual(bytes); end++)
            {
            }

            var alike = 0;
            while (alike < path.Count && alike < bytes.Length && _nodes[path[alike]].Value == bytes[alike])
            {
                alike++;
            }

            Close(path, alike);
            for (var depth = alike + 1; depth <= bytes.Length; depth++)
            {
                path.Add(_nodes.Count);
                var isToken = depth == bytes.Length;
                _nodes.Add(new(bytes[depth - 1], depth, isToken ? first : end, end, 0));
            }

            Depth = Math.Max(Depth, bytes.Length);
            Bytes |= bytes.Length == 1 ? ByteSet.Of(bytes[0]) : default;
            first = end;
        }

        Close(path, 0);
    }

    private void Close(List<int> path, int kept)
    {
        for (var i = kept; i < path.Count; i++)
        {
            _nodes[path[i]] = _nodes[path[i]] with { Next = _nodes.Count };
        }

        path.RemoveRange(kept, path.Count - kept);
    }

    /// <summary>One more byte of the tokens below.</summary>
    /// <param name="Value">The byte.</param>
    /// <param name="Depth">Bytes up to here, from 1.</param>
    /// <param name="FirstToken">The first of <see cref="Tokens"/> that ends here.</param>
    /// <param name="EndToken">One behind the last that ends here.</param>
    /// <param name="Next">The first node that is not below this one.</param>
    internal readonly record struct Node(byte Value, int Depth, int FirstToken, int EndToken, int Next);
}
