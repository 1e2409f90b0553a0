namespace LoopLM.Engine.Sampling;

/// <summary>
/// Restricts which tokens one sequence may generate, token by token: a grammar, a schema, a choice. It belongs to its sequence and keeps
/// its state. One thread at a time calls it. A constraint that throws ends its own sequence in an error, and no other.
/// </summary>
public interface ITokenConstraint
{
    /// <summary>
    /// Takes the token that was chosen and works out what may follow it. It runs beside the engine, on a thread for masks, and may
    /// take its time: the sequence waits for it, and no other does.
    /// </summary>
    /// <param name="token">Its id, one that the last <see cref="Mask"/> allowed; null at the start, before the first token.</param>
    /// <returns>Why the sequence must end in an error that its request is at fault for; null where it may go on.</returns>
    string? Advance(int? token);

    /// <summary>
    /// Forbids what may not come next, as the last <see cref="Advance"/> found it. The engine's thread calls it, so it
    /// must be quick. At least one token must stay allowed: where none does, the sequence ends in an error, so a
    /// constraint that is complete leaves the tokens that end the text.
    /// </summary>
    /// <param name="logits">
    /// One logit for each token of the vocabulary; those of forbidden tokens are set to negative infinity, the others stay as they are.
    /// </param>
    void Mask(Span<float> logits);
}
