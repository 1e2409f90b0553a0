using System.Runtime.CompilerServices;

namespace LoopLM.Engine.Depth;

/// <summary>The gate probabilities of one token, loop by loop, held in place so that a tick allocates nothing.</summary>
public struct GateProbabilities
{
    /// <summary>Most loops that any request may run.</summary>
    public const int MaxLoops = 16;

    private Buffer _values;

    /// <summary>Loops recorded so far, 0..MaxLoops.</summary>
    public int Count { get; private set; }

    /// <summary>Probability of loop <paramref name="index"/> + 1, in 0..1.</summary>
    public readonly float this[int index] => _values[index];

    /// <summary>The probabilities as an array of their own, loop 1 first.</summary>
    public readonly float[] ToArray() => ((ReadOnlySpan<float>)_values)[..Count].ToArray();

    internal void Add(float probability) => _values[Count++] = probability;

    [InlineArray(MaxLoops)]
    private struct Buffer
    {
        private float _first;
    }
}
