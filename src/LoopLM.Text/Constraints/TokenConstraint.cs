using LoopLM.Text.Constraints.Automata;

namespace LoopLM.Text.Constraints;

/// <summary>
/// Keeps one sequence to a grammar: <see cref="Mask"/> forbids the tokens that cannot follow, <see cref="Accept"/> takes the one that does.
/// At least one token may always follow, and any that are chosen give a text of the grammar once an end token is among them.
/// One sequence, one thread; allocates nothing once it has seen what the grammar and the vocabulary lead to.
/// </summary>
/// <remarks>
/// Where the number of tokens is limited, tokens after which the text could not be completed in time are forbidden too, counting a token for
/// each byte that is still needed and one for the end; a limit below the shortest text has no effect.
/// </remarks>
public sealed class TokenConstraint
{
    private readonly TokenTrie _trie;
    private readonly LazyAutomaton _automaton;
    private readonly TokenMasks _masks;
    private readonly int[] _states;
    private readonly ulong[] _urgent;
    private readonly ulong[] _ends;
    private int _state;
    private int _tokensLeft;

    /// <summary>Begins a sequence.</summary>
    /// <param name="grammar">What the text has to be; made for the tokens.</param>
    /// <param name="trie">The tokens to write it with.</param>
    /// <param name="maxTokens">Tokens that will be generated at most, end token included.</param>
    public TokenConstraint(JsonGrammar grammar, TokenTrie trie, int maxTokens = int.MaxValue)
    {
        _trie = trie;
        _automaton = new(grammar);
        _masks = new(trie.VocabularySize);
        _states = new int[trie.Depth + 1];
        _urgent = new ulong[(trie.VocabularySize + 63) / 64];
        _ends = new ulong[_urgent.Length];
        Add(_ends, trie.EndTokens);
        _state = _automaton.Start;
        _tokensLeft = maxTokens;
    }

    /// <summary>Whether the text so far is complete, so that an end token may follow.</summary>
    public bool CanEnd => _automaton.Accepts(_state);

    /// <summary>Whether the text is complete and nothing but an end token can follow.</summary>
    public bool MustEnd => CanEnd && !_automaton.CanContinue(_state);

    /// <summary>Whether an end token was taken.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Sets the logits of the tokens that cannot follow to negative infinity. Behind an end token only end tokens can.</summary>
    /// <param name="logits">One for each token id; those beyond the vocabulary cannot follow.</param>
    public void Mask(Span<float> logits)
    {
        var tokens = HasEnded ? _ends : Allowed();
        for (var first = 0; first < logits.Length; first += 64)
        {
            var word = first / 64 < tokens.Length ? tokens[first / 64] : 0;
            var part = logits[first..Math.Min(first + 64, logits.Length)];
            if (word == 0)
            {
                part.Fill(float.NegativeInfinity);
                continue;
            }

            for (var i = 0; word != ulong.MaxValue && i < part.Length; i++)
            {
                part[i] = (word >> i & 1) != 0 ? part[i] : float.NegativeInfinity;
            }
        }
    }

    /// <summary>Takes the token that was chosen.</summary>
    /// <param name="token">One that <see cref="Mask"/> allows.</param>
    /// <exception cref="ArgumentException">The token cannot follow.</exception>
    public void Accept(int token)
    {
        var isEnd = _trie.EndTokens.Contains(token);
        var bytes = HasEnded ? [] : _trie.BytesOf(token);
        var next = (isEnd && CanEnd) || !bytes.IsEmpty ? _state : LazyAutomaton.Dead;
        foreach (var value in bytes)
        {
            next = _automaton.Step(next, value);
        }

        if (next == LazyAutomaton.Dead)
        {
            throw new ArgumentException($"token {token} cannot follow", nameof(token));
        }

        _state = next;
        _tokensLeft--;
        HasEnded |= isEnd;
    }

    private static void Add(ulong[] set, ReadOnlySpan<int> tokens)
    {
        foreach (var token in tokens)
        {
            set[token / 64] |= 1UL << token;
        }
    }

    // A token may follow if the rest of the text, one token a byte, and the end still fit behind it.
    private ulong[] Allowed()
    {
        var rest = _tokensLeft - 2L;
        if (_automaton.BytesToEnd(_state) > rest + 1)
        {
            rest = long.MaxValue;
        }

        if (!_masks.TryGet(_state, out var tokens, out var longestRest))
        {
            _state = _automaton.Trim(_state, out var forgotten);
            if (forgotten)
            {
                _masks.Forget();
            }

            tokens = _masks.Rent();
            longestRest = Walk(tokens, long.MaxValue);
            _masks.Keep(_state, tokens, longestRest);
        }

        if (longestRest <= rest)
        {
            return tokens;
        }

        Array.Clear(_urgent);
        _ = Walk(_urgent, rest);
        return _urgent.AsSpan().ContainsAnyExcept(0UL) ? _urgent : tokens;
    }

    // Notes the tokens that may follow with at most so many bytes behind them; gives the most bytes behind any of them.
    private long Walk(ulong[] tokens, long rest)
    {
        var nodes = _trie.Nodes;
        var longestRest = 0L;

        // Single bytes come first: where there is no room for more states, they are what can follow.
        for (var node = 0; node < nodes.Length; node = nodes[node].Next)
        {
            _automaton.Step(_state, nodes[node].Value);
        }

        _states[0] = _state;
        for (var at = 0; at < nodes.Length;)
        {
            ref readonly var node = ref nodes[at];
            var state = _automaton.Step(_states[node.Depth - 1], node.Value);
            if (state == LazyAutomaton.Dead)
            {
                at = node.Next;
                continue;
            }

            _states[node.Depth] = state;
            if (node.FirstToken < node.EndToken && _automaton.BytesToEnd(state) is var bytes && bytes <= rest)
            {
                longestRest = Math.Max(longestRest, bytes);
                Add(tokens, _trie.Tokens[node.FirstToken..node.EndToken]);
            }

            at++;
        }

        Add(tokens, CanEnd ? _trie.EndTokens : []);

        return longestRest;
    }
}
