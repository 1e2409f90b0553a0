using LoopLM.Engine.Sampling;

namespace LoopLM.Engine.Tests.Sampling;

/// <summary>
/// A constraint that allows one token at each step, and nothing after the last. It checks that the engine tells it what it allowed.
/// </summary>
internal sealed class Spelling(params int[] tokens) : ITokenConstraint
{
    private int _next = -1;

    public string? Advance(int? token)
    {
        Assert.Equal(_next < 0 ? null : tokens[_next], token);
        _next++;
        return null;
    }

    public void Mask(Span<float> logits)
    {
        for (var token = 0; token < logits.Length; token++)
        {
            if (_next >= tokens.Length || token != tokens[_next])
            {
                logits[token] = float.NegativeInfinity;
            }
        }
    }
}
