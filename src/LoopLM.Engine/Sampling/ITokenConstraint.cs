namespace LoopLM.Engine.Sampling;

/// <summary>
/// Restricts which tokens one sequence may generate, token by token: a grammar, a schema, a choice. It keeps the
/// state of its sequence, and what it allows follows from the tokens alone. One thread at a time calls it. One that
/// throws ends its own sequence in an error, and no other.
/// </summary>
public interface ITokenConstraint
{
    /// <summary>Takes a token that was chosen, or drafted. It runs beside the engine, on a thread for masks.</summary>
    /// <param name="token">Its id, one that is allowed after the tokens before it.</param>
    void Accept(int token);

    /// <summary>Takes back the last tokens: they were drafts, and another token came. It runs on a thread for masks.</summary>
    /// <param name="count">How many, no more than it was made for.</param>
    void Rewind(int count);

    /// <summary>
    /// Works out what may follow the tokens so far. It runs beside the engine, on a thread for masks, and may take its
    /// time: the sequence waits for it, and no other does.
    /// </summary>
    /// <returns>Why the sequence must end in an error that its request is at fault for; null where it may go on.</returns>
    string? Prepare();

    /// <summary>
    /// Forbids what may not come next, as the last <see cref="Prepare"/> found it. The engine's thread calls it, so it
    /// must be quick. At least one token must stay allowed: where none does, the sequence ends in an error, so a
    /// constraint that is complete leaves the tokens that end the text.
    /// </summary>
    /// <param name="logits">
    /// One logit for each token of the vocabulary; those of forbidden tokens are set to negative infinity, the others stay as they are.
    /// </param>
    void Mask(Span<float> logits);
}
