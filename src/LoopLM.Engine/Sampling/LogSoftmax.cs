using System.Numerics.Tensors;

namespace LoopLM.Engine.Sampling;

/// <summary>The log-probabilities of one row of logits: x_i - log(sum_j exp(x_j)), in float arithmetic.</summary>
internal readonly ref struct LogSoftmax
{
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
    /// <param name="token">The token that stands there.</param>
    /// <param name="top">How many of the most probable.</param>
    public PositionLogprobs Report(int token, int top) => new(_logits[token] - _logSum, Rank(token), Top(top));

    /// <summary>The most probable tokens.</summary>
    /// <param name="count">How many; the whole vocabulary where it has fewer.</param>
    public TokenLogprob[] Top(int count)
    {
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
