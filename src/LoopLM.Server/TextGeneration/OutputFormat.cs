using LoopLM.StructuredOutput;

namespace LoopLM.Server.TextGeneration;

/// <summary>What a request holds its answers to.</summary>
/// <param name="Field">The field that says so.</param>
/// <param name="Form">What an answer is to be. Good as long as the request's body.</param>
/// <param name="Thought">A thought that may stand before it; null for none.</param>
internal sealed record OutputFormat(string Field, TextForm Form, ThoughtSyntax? Thought = null);
