using LoopLM.Engine.Sampling;

namespace LoopLM.Engine.Tests.Sampling;

/// <summary>
/// A constraint that forbids about half of all tokens, which half by a hash of the tokens so far. A test can hold its masks up.
/// </summary>
internal sealed class HashedTokens : ITokenConstraint
{
    private uint _hash = 2166136261;

    /// <summary>Called on the thread for masks before each mask; may wait.</summary>
    public Action BeforeMask { get; init; } = () => { };

    public string? Advance(int? token)
    {
        BeforeMask();
        _hash = (_hash ^ (uint)(token ?? -1)) * 16777619;
        return null;
    }

    public void Mask(Span<float> logits)
    {
        for (var token = 0; token < logits.Length; token++)
        {
            if ((((_hash >> 8) ^ ((uint)token * 2654435761)) & 0x800) == 0)
            {
                logits[token] = float.NegativeInfinity;
            }
        }
    }
}
