namespace LoopLM.Engine.Sampling;

/// <summary>A token and the natural logarithm of its probability.</summary>
/// <param name="Token">Its id.</param>
/// <param name="Logprob">At most 0; negative infinity for a token that the model excludes.</param>
public readonly record struct TokenLogprob(int Token, float Logprob);
