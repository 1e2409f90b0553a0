using LoopLM.Engine.Sampling;

namespace LoopLM.Engine.Tests.Sampling;

/// <summary>
/// A constraint that allows one token at each step, and nothing after the last. It checks that the engine tells it what it allowed.
/// </summary>
internal sealed class Spelling(params int[] tokens) : ITokenConstraint
{
    private int _next;

    /// <summary>Called on the thread for masks once each mask is there.</summary>
    public Action AfterMask { get; init; } = () => { };

    public void Accept(int token) => Assert.Equal(tokens[_next++], token);

    public void Rewind(int count) => _next -= count;

    public string? Prepare()
    {
        AfterMask();
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
