using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace LoopLM.StructuredOutput;

/// <summary>The tokens that may follow in one state, bit by bit.</summary>
/// <param name="vocabularySize">One more than the highest token id.</param>
internal sealed class TokenMask(int vocabularySize)
{
    private static readonly Vector256<int> s_bits = Vector256.Create(1, 2, 4, 8, 16, 32, 64, 128);

    private readonly ulong[] _words = new ulong[(vocabularySize + 63) / 64];

    /// <summary>What the states have in common that it is for.</summary>
    public UInt128 Kind { get; private set; }

    /// <summary>The most bytes that a text still takes behind a token of the mask.</summary>
    public long LongestRest { get; private set; }

    public bool IsEmpty => !_words.AsSpan().ContainsAnyExcept(0UL);

    /// <summary>Empties it, for a kind of state.</summary>
    public void Reset(UInt128 kind)
    {
        (Kind, LongestRest) = (kind, 0);
        Array.Clear(_words);
    }

    /// <summary>Adds tokens behind which a text takes so many more bytes.</summary>
    public void Add(ReadOnlySpan<int> tokens, long rest)
    {
        LongestRest = Math.Max(LongestRest, rest);
        foreach (var token in tokens)
        {
            _words[token / 64] |= 1UL << token;
        }
    }

    /// <summary>Adds the tokens of a set of bits, behind which a text takes at most so many more bytes.</summary>
    public void Add(ReadOnlySpan<ulong> tokens, long rest)
    {
        LongestRest = Math.Max(LongestRest, rest);
        for (var i = 0; i < tokens.Length; i++)
        {
            _words[i] |= tokens[i];
        }
    }

    /// <summary>Sets the logits of all other tokens to negative infinity.</summary>
    public void Apply(Span<float> logits)
    {
        for (var first = 0; first < logits.Length; first += 64)
        {
            var word = first / 64 < _words.Length ? _words[first / 64] : 0;
            var part = logits[first..Math.Min(first + 64, logits.Length)];
            if (word == 0)
            {
                part.Fill(float.NegativeInfinity);
            }
            else if (word != ulong.MaxValue)
            {
                Apply(word, part);
            }
        }
    }

    private static void Apply(ulong word, Span<float> logits)
    {
        var vectors = MemoryMarshal.Cast<float, Vector256<float>>(logits);
        for (var i = 0; i < vectors.Length; i++)
        {
            var allowed = Vector256.Equals(Vector256.Create((int)(word >> (8 * i))) & s_bits, s_bits);
            vectors[i] = Vector256.ConditionalSelect(allowed.AsSingle(), vectors[i], Vector256.Create(float.NegativeInfinity));
        }

        for (var i = 8 * vectors.Length; i < logits.Length; i++)
        {
            logits[i] = (word >> i & 1) != 0 ? logits[i] : float.NegativeInfinity;
        }
    }
}
