using LoopLM.Engine.Sampling;

namespace LoopLM.Testing;

/// <summary>
/// A constraint that forbids about half of all tokens, which half by a hash of the tokens so far. It checks that the engine tells it what
/// it allowed, and takes back no more than it said. A test can hold its masks up.
/// </summary>
/// <param name="maxRewind">Most tokens that are taken back at once.</param>
public sealed class HashedTokens(int maxRewind = 0) : ITokenConstraint
{
    private readonly List<uint> _hashes = [HashOf([])];

    /// <summary>Called on the thread for masks before each mask; may wait.</summary>
    public Action BeforeMask { get; init; } = () => { };

    /// <summary>Told what the engine does wrong, beside the exception that ends the sequence or its drafts.</summary>
    public Action<string> Fault { get; init; } = _ => { };

    /// <summary>Whether a token may follow some tokens.</summary>
    public static bool Allows(IEnumerable<int> tokens, int token) => Allows(HashOf(tokens), token);

    public void Accept(int token)
    {
        Require(Allows(_hashes[^1], token), $"token {token} is not allowed");
        _hashes.Add(Add(_hashes[^1], token));
    }

    public void Rewind(int count)
    {
        Require(count >= 1 && count <= maxRewind && count < _hashes.Count, $"{count} tokens cannot be taken back");
        _hashes.RemoveRange(_hashes.Count - count, count);
    }

    public string? Prepare()
    {
        BeforeMask();
        return null;
    }

    public void Mask(Span<float> logits)
    {
        for (var token = 0; token < logits.Length; token++)
        {
            if (!Allows(_hashes[^1], token))
            {
                logits[token] = float.NegativeInfinity;
            }
        }
    }

    private void Require(bool condition, string fault)
    {
        if (!condition)
        {
            Fault(fault);
            throw new InvalidOperationException(fault);
        }
    }

    private static uint HashOf(IEnumerable<int> tokens) => tokens.Aggregate(Add(2166136261, -1), Add);

    private static uint Add(uint hash, int token) => (hash ^ (uint)token) * 16777619;

    private static bool Allows(uint hash, int token) => (((hash >> 8) ^ ((uint)token * 2654435761)) & 0x800) != 0;
}
