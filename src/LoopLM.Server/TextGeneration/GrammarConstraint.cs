using LoopLM.Engine.Sampling;
using LoopLM.StructuredOutput;

namespace LoopLM.Server.TextGeneration;

/// <summary>A grammar's constraint as the engine calls it.</summary>
internal sealed class GrammarConstraint(TokenConstraint constraint) : ITokenConstraint
{
    public void Accept(int token) => constraint.Accept(token);

    public void Rewind(int count) => constraint.Rewind(count);

    public string? Prepare()
    {
        constraint.Prepare();
        return constraint.IsExhausted
            ? $"The output format takes too much work to enforce: its masks have used up Limits:MaxMaskWork at token {constraint.Tokens}. "
                + $"Simplify its alternatives and counts."
            : null;
    }

    public void Mask(Span<float> logits) => constraint.Mask(logits);
}
