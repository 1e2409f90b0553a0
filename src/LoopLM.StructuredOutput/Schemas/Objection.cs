namespace LoopLM.StructuredOutput.Schemas;

/// <summary>What is wrong with a subschema; becomes a <see cref="SchemaProblem"/> where it matters.</summary>
internal sealed record Objection(SchemaLocation At, string? Keyword, string Reason);
