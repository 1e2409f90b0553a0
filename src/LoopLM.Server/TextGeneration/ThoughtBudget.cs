using LoopLM.StructuredOutput;

namespace LoopLM.Server.TextGeneration;

/// <summary>How long a thought may be.</summary>
/// <param name="Tokens">Its tokens, from 0; the marks around it do not count.</param>
/// <param name="Thought">How it is marked.</param>
internal sealed record ThoughtBudget(int Tokens, ThoughtSyntax Thought);
