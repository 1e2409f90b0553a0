using System.Runtime.InteropServices;
using System.Text;
using LoopLM.Engine.Sampling;
using LoopLM.Text.Tokenization;

namespace LoopLM.Server.TextGeneration;

/// <summary>
/// Ends reasoning that has used up its budget: forces the tokens of the mark after it, as long as what else restricts the text allows them.
/// </summary>
internal sealed class ReasoningBudgetConstraint : ITokenConstraint
{
    private readonly ITokenConstraint? _inner;
    private readonly ByteLevelBpeTokenizer _tokenizer;
    private readonly int[] _endTokens;
    private readonly byte[] _start;
    private readonly byte[] _end;
    private readonly int _budget;
    private readonly List<byte> _text = [];

    // What was before the last tokens.
    private readonly Snapshot[] _before;
    private int _tokens;
    private State _state;
    private int _used;
    private int _forced;

    /// <summary>Begins a text.</summary>
    /// <param name="inner">What else restricts it; null for nothing.</param>
    /// <param name="budget">The budget.</param>
    /// <param name="tokenizer">Gives tokens and their bytes.</param>
    /// <param name="maxRewind">Tokens that it can take back, from 0.</param>
    public ReasoningBudgetConstraint(ITokenConstraint? inner, ReasoningBudget budget, ByteLevelBpeTokenizer tokenizer, int maxRewind = 0)
    {
        _before = new Snapshot[maxRewind];
        (_inner, _tokenizer, _budget) = (inner, tokenizer, budget.Tokens);
        var end = budget.Reasoning.End;
        _endTokens = tokenizer.TryGetTokenId(end, out var id) ? [id] : [.. tokenizer.EncodeToIds(end)];
        (_start, _end) = (Encoding.UTF8.GetBytes(budget.Reasoning.Start ?? ""), Encoding.UTF8.GetBytes(end));
        _state = budget.Reasoning.Start is null ? State.Within : State.Before;
    }

    private enum State
    {
        Before,
        Within,
        After,
    }

    public void Accept(int token)
    {
        _inner?.Accept(token);
        if (_before.Length > 0)
        {
            _before[_tokens++ % _before.Length] = new(_state, _used, _forced, [.. _text]);
        }

        if (_state != State.After)
        {
            Read(token);
        }
    }

    public void Rewind(int count)
    {
        _inner?.Rewind(count);
        _tokens -= count;
        (_state, _used, _forced, var text) = _before[_tokens % _before.Length];
        _text.Clear();
        _text.AddRange(text);
    }

    public string? Prepare() => _inner?.Prepare();

    public void Mask(Span<float> logits)
    {
        _inner?.Mask(logits);
        if (_state != State.Within || _used < _budget || !float.IsFinite(logits[_endTokens[_forced]]))
        {
            return;
        }

        var kept = logits[_endTokens[_forced]];
        logits.Fill(float.NegativeInfinity);
        logits[_endTokens[_forced]] = kept;
    }

    private void Read(int token)
    {
        _text.AddRange(_tokenizer.GetTokenBytes(token));
        if (_state == State.Before)
        {
            Begin();
        }
        else if (Contains(_end))
        {
            _state = State.After;
        }
        else if (_used < _budget)
        {
            _used++;
            _text.RemoveRange(0, Math.Max(0, _text.Count - _end.Length));
        }
        else
        {
            _forced = token == _endTokens[_forced] ? (_forced + 1) % _endTokens.Length : 0;
        }
    }

    /// <summary>Reasoning is at the beginning, after white space at most.</summary>
    private void Begin()
    {
        var text = CollectionsMarshal.AsSpan(_text).TrimStart(" \t\r\n"u8);
        if (text.StartsWith(_start))
        {
            _state = State.Within;
            _text.Clear();
        }
        else if (!_start.AsSpan().StartsWith(text))
        {
            _state = State.After;
        }
    }

    private bool Contains(ReadOnlySpan<byte> mark) => CollectionsMarshal.AsSpan(_text).IndexOf(mark) >= 0;

    private readonly record struct Snapshot(State State, int Used, int Forced, byte[] Text);
}
