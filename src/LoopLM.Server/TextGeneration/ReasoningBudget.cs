using LoopLM.StructuredOutput;

namespace LoopLM.Server.TextGeneration;

/// <summary>How long reasoning may be.</summary>
/// <param name="Tokens">Its tokens, from 0; the marks around it do not count.</param>
/// <param name="Reasoning">How it is marked.</param>
internal sealed record ReasoningBudget(int Tokens, ReasoningSyntax Reasoning);
