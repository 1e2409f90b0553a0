using System.Runtime.CompilerServices;

namespace LoopLM.Engine.Exits;

/// <summary>
/// The gate probabilities of one token, loop by loop. The first are held in place, so that a
/// tick of a model of few loops allocates nothing.
/// </summary>
public struct GateProbabilities
{
    private const int InPlace = 16;

    private Buffer _first;
    private List<float>? _rest;

    /// <summary>Loops recorded so far.</summary>
    public int Count { get; private set; }

    /// <summary>Probability of loop <paramref name="index"/> + 1, in 0..1.</summary>
    public readonly float this[int index] => index < InPlace ? _first[index] : _rest![index - InPlace];

    /// <summary>The probabilities as an array of their own, loop 1 first.</summary>
    public readonly float[] ToArray() => [.. ((ReadOnlySpan<float>)_first)[..Math.Min(Count, InPlace)], .. _rest ?? []];

    internal void Add(float probability)
    {
        if (Count < InPlace)
        {
            _first[Count] = probability;
        }
        else
        {
            (_rest ??= []).Add(probability);
        }

        Count++;
    }

    [InlineArray(InPlace)]
    private struct Buffer
    {
        private float _first;
    }
}
