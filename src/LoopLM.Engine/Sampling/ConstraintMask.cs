namespace LoopLM.Engine.Sampling;

/// <summary>Applies a constraint from outside.</summary>
internal sealed class ConstraintMask(ITokenConstraint constraint) : ILogitProcessor
{
    public void Process(Span<float> logits) => constraint.Mask(logits);

    public void Accept(int token) => constraint.Accept(token);
}
