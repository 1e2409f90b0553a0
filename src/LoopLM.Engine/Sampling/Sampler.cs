using System.Numerics.Tensors;

namespace LoopLM.Engine.Sampling;

/// <summary>Chooses tokens from logits. It reuses its buffers: one thread, no allocation after construction.</summary>
internal sealed class Sampler(int vocabularySize)
{
    private static readonly Comparison<Candidate> s_mostProbableFirst = (a, b) =>
        a.Weight != b.Weight ? b.Weight.CompareTo(a.Weight) : a.Token.CompareTo(b.Token);

    private readonly float[] _weights = new float[vocabularySize];
    private readonly Candidate[] _candidates = new Candidate[vocabularySize];
    private readonly PriorityQueue<int, float> _largest = new();

    /// <summary>Chooses a token.</summary>
    /// <param name="logits">One logit for each token of the vocabulary.</param>
    /// <param name="settings">How to choose.</param>
    /// <param name="seed">The request's seed.</param>
    /// <param name="position">Position that the token will have; with the seed it determines the random number.</param>
    /// <param name="token">The token's id.</param>
    /// <returns>False where the logits give no answer: one is NaN, or the largest is infinite.</returns>
    public bool TrySample(ReadOnlySpan<float> logits, SamplingSettings settings, long seed, int position, out int token)
    {
        // IndexOfMax gives the first of equals, and the first NaN where there is one.
        token = TensorPrimitives.IndexOfMax(logits);
        if (!float.IsFinite(logits[token]))
        {
            return false;
        }

        if (settings.Temperature is { } temperature and > 0)
        {
            token = Draw(logits, logits[token], temperature, settings, CounterRandom.Uniform(seed, position));
        }

        return true;
    }

    /// <summary>Draws from the filtered distribution. Weights are exp((logit - largest) / temperature), so the largest is 1.</summary>
    private int Draw(ReadOnlySpan<float> logits, float largest, float temperature, SamplingSettings settings, double uniform)
    {
        TensorPrimitives.Subtract(logits, largest, _weights);
        TensorPrimitives.Divide(_weights, temperature, _weights);
        TensorPrimitives.Exp(_weights, _weights);

        var kept = Filter(settings);
        var target = uniform * Sum(kept);
        foreach (var candidate in kept)
        {
            target -= candidate.Weight;
            if (target < 0)
            {
                return candidate.Token;
            }
        }

        return kept[^1].Token;
    }

    /// <summary>The tokens that may be drawn: by rank where top-k or top-p needs ranks, otherwise by id.</summary>
    private ReadOnlySpan<Candidate> Filter(SamplingSettings settings)
    {
        DropBelow(settings.MinP ?? 0);
        var (most, nucleus) = (settings.TopK ?? 0, settings.TopP ?? 1);
        var topK = most > 0 && most < _weights.Length;
        var topP = nucleus < 1;
        if (!topK && !topP)
        {
            return Collect(floor: 0);
        }

        var total = topP && !topK ? TensorPrimitives.Sum(_weights) : 0.0;
        var kept = Collect(topK ? KthLargest(most) : TailFloor(total, nucleus));
        kept.Sort(s_mostProbableFirst);
        kept = topK ? kept[..Math.Min(most, kept.Length)] : kept;
        return topP ? Nucleus(kept, nucleus * (topK ? Sum(kept) : total)) : kept;
    }

    private void DropBelow(float floor)
    {
        for (var token = 0; floor > 0 && token < _weights.Length; token++)
        {
            _weights[token] = _weights[token] < floor ? 0 : _weights[token];
        }
    }

    /// <summary>The tokens of at least a weight, by id. One whose weight underflows to 0 can never be drawn.</summary>
    private Span<Candidate> Collect(float floor)
    {
        var count = 0;
        for (var token = 0; token < _weights.Length; token++)
        {
            if (_weights[token] >= floor && _weights[token] > 0)
            {
                _candidates[count++] = new Candidate(token, _weights[token]);
            }
        }

        return _candidates.AsSpan(0, count);
    }

    private float KthLargest(int k)
    {
        _largest.Clear();
        for (var token = 0; token < _weights.Length; token++)
        {
            if (_largest.Count < k)
            {
                _largest.Enqueue(token, _weights[token]);
            }
            else if (_largest.TryPeek(out _, out var smallest) && _weights[token] > smallest)
            {
                _largest.DequeueEnqueue(token, _weights[token]);
            }
        }

        return _largest.TryPeek(out _, out var kth) ? kth : 0;
    }

    /// <summary>
    /// A weight below which no token can be in the nucleus, which spares sorting the long tail: all tokens below (1 - p) / V of the total
    /// weigh less than 1 - p together. Half of it leaves room for rounding.
    /// </summary>
    private float TailFloor(double total, float topP) => (float)(0.5 * (1 - topP) * total / _weights.Length);

    private static Span<Candidate> Nucleus(Span<Candidate> ranked, double wanted)
    {
        var count = 0;
        for (var sum = 0.0; count < ranked.Length && sum < wanted; count++)
        {
            sum += ranked[count].Weight;
        }

        return ranked[..Math.Max(count, 1)];
    }

    private static double Sum(ReadOnlySpan<Candidate> candidates)
    {
        var sum = 0.0;
        foreach (var candidate in candidates)
        {
            sum += candidate.Weight;
        }

        return sum;
    }

    private readonly record struct Candidate(int Token, float Weight);
}
