using System.Numerics.Tensors;

namespace LoopLM.Engine.Sampling;

/// <summary>The log-probabilities of one row of logits: x_i - log(sum_j exp(x_j)), in float arithmetic.</summary>
internal readonly ref struct LogSoftmax
{
    /// <summary>From so many tokens on, sorting all is faster than keeping the best in order.</summary>
    private const int SortFrom = 256;

    private static readonly Comparison<TokenLogprob> s_mostProbableFirst = (a, b) =>
        a.Logprob != b.Logprob ? b.Logprob.CompareTo(a.Logprob) : a.Token.CompareTo(b.Token);

    private readonly ReadOnlySpan<float> _logits;
    private readonly float _logSum;

    /// <summary>Sums up a row.</summary>
    /// <param name="logits">One logit for each token of the vocabulary.</param>
    /// <param name="scratch">As long; its content is lost.</param>
    public LogSoftmax(ReadOnlySpan<float> logits, Span<float> scratch)
    {
        _logits = logits;
        var largest = TensorPrimitives.Max(logits);
        TensorPrimitives.Subtract(logits, largest, scratch);
        TensorPrimitives.Exp(scratch, scratch);
        _logSum = largest + MathF.Log(TensorPrimitives.Sum<float>(scratch));
    }

    /// <summary>False where the logits have no meaning: one is NaN, or the largest is infinite.</summary>
    public bool IsFinite => float.IsFinite(_logSum);

    /// <summary>Reports one token and the most probable ones.</summary>
    /// <param name="token">The token that is there.</param>
    /// <param name="top">How many of the most probable.</param>
    /// <param name="named">Further tokens; none is reported twice.</param>
    public PositionLogprobs Report(int token, int top, ReadOnlySpan<int> named = default)
    {
        var best = Top(top);
        var report = new PositionLogprobs(_logits[token] - _logSum, Rank(token), best);
        if (named.IsEmpty)
        {
            return report;
        }

        var others = new List<TokenLogprob>(named.Length);
        foreach (var each in named)
        {
            if (!Array.Exists(best, one => one.Token == each))
            {
                others.Add(new TokenLogprob(each, _logits[each] - _logSum));
            }
        }

        return report with { Named = others };
    }

    /// <summary>The most probable tokens.</summary>
    /// <param name="count">How many; the whole vocabulary where it has fewer.</param>
    public TokenLogprob[] Top(int count)
    {
        if (count >= SortFrom)
        {
            return Sorted()[..Math.Min(count, _logits.Length)];
        }

        var top = new TokenLogprob[Math.Min(count, _logits.Length)];
        var filled = 0;
        for (var token = 0; token < _logits.Length && top.Length > 0; token++)
        {
            var logprob = _logits[token] - _logSum;
            if (filled == top.Length && !(logprob > top[^1].Logprob))
            {
                continue;
            }

            var rank = filled < top.Length ? filled++ : filled - 1;
            for (; rank > 0 && top[rank - 1].Logprob < logprob; rank--)
            {
                top[rank] = top[rank - 1];
            }

            top[rank] = new TokenLogprob(token, logprob);
        }

        return top;
    }

    private TokenLogprob[] Sorted()
    {
        var all = new TokenLogprob[_logits.Length];
        for (var token = 0; token < all.Length; token++)
        {
            all[token] = new TokenLogprob(token, _logits[token] - _logSum);
        }

        Array.Sort(all, s_mostProbableFirst);
        return all;
    }

    private int Rank(int token)
    {
        var rank = 1;
        foreach (var logit in _logits)
        {
            rank += logit > _logits[token] ? 1 : 0;
        }

        return rank;
    }
}
