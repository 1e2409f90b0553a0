using LoopLM.StructuredOutput.Automata;

namespace LoopLM.StructuredOutput;

/// <summary>
/// Keeps one sequence to a grammar: <see cref="Mask"/> forbids the tokens that cannot follow, <see cref="Accept"/> takes the one that does.
/// At least one token may always follow, and any that are chosen give a text of the grammar once an end token is among them.
/// <see cref="Rewind"/> takes the last tokens back.
/// One sequence, one thread; allocates nothing once it has seen what the grammar and the vocabulary lead to.
/// </summary>
/// <remarks>
/// Where the number of tokens is limited, tokens after which the text could not be completed in time are forbidden too, counting a token
/// for each byte that is still needed and one for the end; a limit below the shortest text has no effect.
/// </remarks>
public sealed class TokenConstraint
{
    /// <summary>The work that each token of a sequence adds to what its masks may take.</summary>
    public const int WorkOfAToken = 1 << 12;

    // Parts of tokens that are tried in the time of a configuration.
    private const int NodesOfAConfiguration = 8;

    private readonly TokenTrie _trie;
    private readonly LazyAutomaton _automaton;
    private readonly TokenMasks _masks;
    private readonly int[] _states;
    private readonly long _maxWork;

    // What was before the last tokens: of token i at i modulo its length.
    private readonly int[] _statesBefore;
    private readonly bool[] _hadEnded;
    private readonly TokenMask _urgent;
    private readonly TokenMask _end;
    private TokenMask? _next;
    private int _state;
    private int _tokensLeft;
    private long _walked;

    /// <summary>Begins a sequence.</summary>
    /// <param name="grammar">What the text has to be; made for the tokens.</param>
    /// <param name="trie">The tokens to write it with.</param>
    /// <param name="maxTokens">Tokens that will be generated at most, end token included.</param>
    /// <param name="maxWork">The work that all masks may take, beside <see cref="WorkOfAToken"/> for each token.</param>
    /// <param name="maxRewind">Tokens that <see cref="Rewind"/> can take back, from 0.</param>
    public TokenConstraint(
        TextGrammar grammar, TokenTrie trie, int maxTokens = int.MaxValue, long maxWork = long.MaxValue / 2, int maxRewind = 0)
    {
        _maxWork = maxWork;
        _trie = trie;
        _automaton = new(grammar, trie.Depth);
        _masks = new(trie.VocabularySize);
        _states = new int[trie.Depth + 1];
        _urgent = new(trie.VocabularySize);
        _end = new(trie.VocabularySize);
        _end.Add(trie.EndTokens, rest: 0);
        _state = _automaton.Start;
        _statesBefore = [.. Enumerable.Repeat(_state, maxRewind)];
        _hadEnded = new bool[maxRewind];
        _tokensLeft = maxTokens;
    }

    /// <summary>Whether the text so far is complete, so that an end token may follow.</summary>
    public bool CanEnd => _automaton.Accepts(_state);

    /// <summary>Whether the text is complete and nothing but an end token can follow.</summary>
    public bool MustEnd => CanEnd && !_automaton.CanContinue(_state);

    /// <summary>Tokens taken.</summary>
    public int Tokens { get; private set; }

    /// <summary>
    /// Work of all masks so far, the same wherever the same text is written: configurations of the automaton that were visited, and parts
    /// of tokens that were tried, of which several take as long as one configuration.
    /// </summary>
    public long Work => _automaton.Work + (_walked / NodesOfAConfiguration);

    /// <summary>Whether the masks have taken more work than they may.</summary>
    public bool IsExhausted => Work > _maxWork + ((long)Tokens * WorkOfAToken);

    /// <summary>Whether an end token was taken.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Works out which tokens can follow, which <see cref="Mask"/> otherwise does.</summary>
    public void Prepare() => _next ??= HasEnded ? _end : Allowed();

    /// <summary>Sets the logits of the tokens that cannot follow to negative infinity. After an end token only end tokens can.</summary>
    /// <param name="logits">One for each token id; those beyond the vocabulary cannot follow.</param>
    public void Mask(Span<float> logits)
    {
        Prepare();
        _next!.Apply(logits);
    }

    /// <summary>Takes the token that was chosen.</summary>
    /// <param name="token">One that <see cref="Mask"/> allows.</param>
    /// <exception cref="ArgumentException">The token cannot follow.</exception>
    public void Accept(int token)
    {
        var isEnd = _trie.EndTokens.Contains(token);
        var bytes = HasEnded ? [] : _trie.BytesOf(token).Span;
        var next = (isEnd && CanEnd) || !bytes.IsEmpty ? _state : LazyAutomaton.Dead;
        foreach (var value in bytes)
        {
            next = _automaton.Step(next, value);
        }

        if (next == LazyAutomaton.Dead)
        {
            throw new ArgumentException($"token {token} cannot follow", nameof(token));
        }

        if (_statesBefore.Length > 0)
        {
            (_statesBefore[Tokens % _statesBefore.Length], _hadEnded[Tokens % _hadEnded.Length]) = (_state, HasEnded);
        }

        _state = next;
        _next = null;
        _tokensLeft--;
        Tokens++;
        HasEnded |= isEnd;
    }

    /// <summary>Takes back the last tokens. Their work stays counted.</summary>
    /// <param name="count">How many, at most those that it was made for.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are not so many, or it cannot take back so many.</exception>
    public void Rewind(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Math.Min(Tokens, _statesBefore.Length));
        if (count > 0)
        {
            Tokens -= count;
            _tokensLeft += count;
            (_state, HasEnded) = (_statesBefore[Tokens % _statesBefore.Length], _hadEnded[Tokens % _hadEnded.Length]);
            _next = null;
        }
    }

    // A token may follow if the rest of the text, one token a byte, and the end still fit after it.
    private TokenMask Allowed()
    {
        _state = _automaton.Trim(_state, _statesBefore);
        var mask = _masks.Find(_automaton.KindOf(_state)) ?? Create();
        var rest = _tokensLeft - 2L;
        if (mask.LongestRest <= rest || _automaton.BytesToEnd(_state) > rest + 1)
        {
            return mask;
        }

        _urgent.Reset(_automaton.KindOf(_state));
        Walk(_urgent, _trie.All, rest);
        AddEnd(_urgent);
        return _urgent.IsEmpty ? mask : _urgent;
    }

    private TokenMask Create()
    {
        var mask = _masks.Create(_automaton.KindOf(_state));
        var free = _automaton.FreeText(_state);
        if (free.MaxLength == 0)
        {
            Walk(mask, _trie.All, long.MaxValue);
        }
        else
        {
            // Where any plain beginning leads back here, what matters of a token is what comes after it.
            var isLong = free.MaxLength >= PlainText.MaxLength;
            mask.Add(_trie.Slices.Plain(isLong ? PlainText.MaxLength : free.MaxLength), free.Rest);
            Walk(mask, isLong && free.MayEnd ? _trie.Slices.Ends : _trie.Slices.Others, long.MaxValue);
        }

        AddEnd(mask);
        return mask;
    }

    private void AddEnd(TokenMask mask)
    {
        if (CanEnd)
        {
            mask.Add(_trie.EndTokens, rest: 0);
        }
    }

    // Adds the tokens that may follow with at most so many bytes after them.
    private void Walk(TokenMask mask, TokenNodes trie, long rest)
    {
        // Where there is no room for more states, what comes first can follow: the byte that leads to the end, then all single bytes.
        if (!CanEnd)
        {
            _automaton.Step(_state, _automaton.ByteToEnd(_state));
        }

        var nodes = _trie.All.Nodes;
        for (var at = 0; at < nodes.Length; at = nodes[at].Next)
        {
            _automaton.Step(_state, nodes[at].Value);
        }

        nodes = trie.Nodes;
        var maxDepth = _automaton.TokenBytes(_state);
        _states[0] = _state;
        for (var at = 0; at < nodes.Length;)
        {
            ref readonly var node = ref nodes[at];
            _walked++;
            var state = node.Depth > maxDepth ? LazyAutomaton.Dead : _automaton.Step(_states[node.Depth - 1], node.Value);
            if (state == LazyAutomaton.Dead)
            {
                at = node.Next;
                continue;
            }

            if (node.IsPlainBelow && rest == long.MaxValue
                && _automaton.FreeText(state) is { MaxLength: >= PlainText.MaxLength, Rest: var most })
            {
                mask.Add(trie.Tokens[node.FirstToken..node.EndBelow], most);
                at = node.Next;
                continue;
            }

            _states[node.Depth] = state;
            if (node.FirstToken < node.EndToken && _automaton.BytesToEnd(state) is var bytes && bytes <= rest)
            {
                mask.Add(trie.Tokens[node.FirstToken..node.EndToken], bytes);
            }

            at++;
        }
    }
}
