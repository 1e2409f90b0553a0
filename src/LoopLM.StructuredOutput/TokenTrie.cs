using LoopLM.StructuredOutput.Automata;

namespace LoopLM.StructuredOutput;

/// <summary>
/// The tokens of a vocabulary by their bytes, so that tokens that begin alike are tried together. Immutable; one trie of a tokenizer
/// serves any number of <see cref="TokenConstraint"/>s on any threads. It takes about 110 bytes a token besides the bytes of the tokens.
/// </summary>
public sealed class TokenTrie
{
    private readonly IReadOnlyList<ReadOnlyMemory<byte>> _tokens;
    private readonly int[] _endTokens;

    private TokenTrie(IReadOnlyList<ReadOnlyMemory<byte>> bytesOfTokens, int[] endTokens)
    {
        _tokens = bytesOfTokens;
        _endTokens = endTokens;
        VocabularySize = bytesOfTokens.Count;
        var tokens = new List<(int Token, ReadOnlyMemory<byte> Bytes)>();
        for (var id = 0; id < VocabularySize; id++)
        {
            if (BytesOf(id) is { IsEmpty: false } bytes)
            {
                tokens.Add((id, bytes));
                Bytes |= bytes.Length == 1 ? ByteSet.Of(bytes.Span[0]) : default;
            }
        }

        All = new(tokens);
        Slices = new(tokens, VocabularySize);
    }

    /// <summary>One more than the highest token id.</summary>
    public int VocabularySize { get; }

    /// <summary>Bytes of the longest token.</summary>
    public int Depth => All.Depth;

    /// <summary>The tokens that end a text.</summary>
    public ReadOnlySpan<int> EndTokens => _endTokens;

    /// <summary>The bytes that are tokens by themselves. With those alone, whatever has been begun can be ended.</summary>
    internal ByteSet Bytes { get; }

    /// <summary>Every token with bytes.</summary>
    internal TokenNodes All { get; }

    internal TokenSlices Slices { get; }

    /// <summary>Makes the trie of a tokenizer's tokens.</summary>
    /// <param name="tokens">
    /// The bytes that each token adds to a text, by its id. A token that no text may become, such as a special one, has none.
    /// </param>
    /// <param name="endTokens">Ids of the tokens that end a text, at least one. Their bytes do not count.</param>
    /// <param name="problem">Why there is none; null where there is one.</param>
    /// <returns>Null where JSON cannot be written, or no text ended.</returns>
    public static TokenTrie? TryCreate(
        IReadOnlyList<ReadOnlyMemory<byte>> tokens, IEnumerable<int> endTokens, out string? problem)
    {
        var trie = new TokenTrie(tokens, [.. endTokens.Where(id => (uint)id < (uint)tokens.Count).Distinct()]);
        var missing = Enumerable.Range(' ', '~' - ' ' + 1).FirstOrDefault(value => !trie.Bytes.Contains((byte)value), -1);
        problem = missing >= 0 ? $"the tokenizer has no token for '{(char)missing}', so that JSON cannot be written"
            : trie._endTokens.Length == 0 ? "the model has no token that ends a text"
            : null;
        return problem is null ? trie : null;
    }

    /// <summary>The bytes that a token adds to a text; none for a token that adds no text, an end token or no token at all.</summary>
    internal ReadOnlyMemory<byte> BytesOf(int token) =>
        (uint)token >= (uint)_tokens.Count || _endTokens.Contains(token) ? default : _tokens[token];
}
