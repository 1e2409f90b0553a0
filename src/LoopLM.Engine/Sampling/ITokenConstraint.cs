namespace LoopLM.Engine.Sampling;

/// <summary>
/// Restricts which tokens one sequence may generate, token by token: a grammar, a schema, a choice. It belongs to its sequence and keeps its state;
/// the engine's thread alone calls it, so it must neither block nor wait. A constraint that throws ends its own sequence in an error, and no other.
/// </summary>
public interface ITokenConstraint
{
    /// <summary>
    /// Forbids what may not come next. At least one token must stay allowed: where none does, the sequence ends in an error, so a constraint
    /// that is complete leaves the tokens that end the text.
    /// </summary>
    /// <param name="logits">One logit for each token of the vocabulary; those of forbidden tokens are set to negative infinity, the others stay as they are.</param>
    void Mask(Span<float> logits);

    /// <summary>Advances by the token that was chosen, one that the last <see cref="Mask"/> allowed.</summary>
    /// <param name="token">Its id.</param>
    void Accept(int token);
}
