using LoopLM.Engine.Sampling;

namespace LoopLM.Server.OpenAi.Completions;

/// <summary>A token as the choice's <c>logprobs</c> list it.</summary>
/// <param name="Token">Its id.</param>
/// <param name="Offset">Characters of the choice's text before it, an echoed prompt included.</param>
/// <param name="Logprobs">What the model says of it; null for the first token of a prompt.</param>
internal readonly record struct ScoredToken(int Token, int Offset, PositionLogprobs? Logprobs);
