namespace LoopLM.Engine.Sampling;

/// <summary>One step between the model's logits and the choice of a token. It belongs to one sequence; the engine's thread calls it.</summary>
internal interface ILogitProcessor
{
    /// <summary>Changes the logits of the next token; those of a token that may not come become negative infinity.</summary>
    void Process(Span<float> logits);

    /// <summary>Takes note of the token that was chosen.</summary>
    void Accept(int token)
    {
    }
}
