using LoopLM.Engine.Sampling;
using LoopLM.Text.Constraints;

namespace LoopLM.Server.Generations;

/// <summary>A grammar's constraint as the engine calls it.</summary>
internal sealed class GrammarConstraint(TokenConstraint constraint) : ITokenConstraint
{
    public string? Advance(int? token)
    {
        if (token is { } chosen)
        {
            constraint.Accept(chosen);
        }

        constraint.Prepare();
        return null;
    }

    public void Mask(Span<float> logits) => constraint.Mask(logits);
}
