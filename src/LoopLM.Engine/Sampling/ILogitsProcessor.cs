namespace LoopLM.Engine.Sampling;

/// <summary>
/// One step between the model's logits and the choice of a token. It belongs to one sequence; the engine's thread calls it.
/// </summary>
internal interface ILogitsProcessor
{
    /// <summary>Changes the logits of a token; those of a token that may not come become negative infinity.</summary>
    /// <param name="logits">One logit for each token of the vocabulary.</param>
    /// <param name="drafts">How many of the last accepted tokens come after the token that is chosen now, and do not count.</param>
    void Process(Span<float> logits, int drafts);

    /// <summary>Takes note of a token that was chosen, or drafted.</summary>
    void Accept(int token)
    {
    }

    /// <summary>Forgets the last tokens that it accepted: they were drafts, and another token came.</summary>
    void Rewind(int count)
    {
    }
}
