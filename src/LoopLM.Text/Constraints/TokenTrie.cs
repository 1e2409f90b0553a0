using LoopLM.Text.Constraints.Automata;
using LoopLM.Text.Tokenization;

namespace LoopLM.Text.Constraints;

/// <summary>
/// The tokens of a vocabulary by their bytes, so that tokens that begin alike are tried together. Immutable; one trie of a tokenizer
/// serves any number of <see cref="TokenConstraint"/>s on any threads. It takes about 110 bytes a token.
/// </summary>
public sealed class TokenTrie
{
    private readonly ByteLevelBpeTokenizer _tokenizer;
    private readonly int[] _endTokens;
    private readonly IReadOnlySet<int>? _shownTokens;

    private TokenTrie(ByteLevelBpeTokenizer tokenizer, int[] endTokens, IReadOnlySet<int>? shownTokens)
    {
        _tokenizer = tokenizer;
        _shownTokens = shownTokens;
        _endTokens = endTokens;
        VocabularySize = tokenizer.VocabularySize;
        var tokens = new List<(int Token, ReadOnlyMemory<byte> Bytes)>();
        for (var id = 0; id < VocabularySize; id++)
        {
            if (BytesOf(id) is { IsEmpty: false } bytes)
            {
                tokens.Add((id, bytes.ToArray()));
                Bytes |= bytes.Length == 1 ? ByteSet.Of(bytes[0]) : default;
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
        problem = missing >= 0 ? $"the tokenizer has no token for '{(char)missing}', so JSON cannot be written"
            : trie._endTokens.Length == 0 ? "the model has no token that ends a text"
            : null;
        return problem is null ? trie : null;
    }

    /// <summary>
    /// The bytes that a token adds to a text; none for a token that adds no text, be it special, an end token or no token at all.
    /// </summary>
    internal ReadOnlySpan<byte> BytesOf(int token) =>
        (_tokenizer.IsSpecial(token) && _shownTokens?.Contains(token) is not true) || _endTokens.Contains(token)
            ? []
            : _tokenizer.GetTokenBytes(token);
}
