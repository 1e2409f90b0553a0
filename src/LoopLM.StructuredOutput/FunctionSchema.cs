using System.Text.Json;

namespace LoopLM.StructuredOutput;

/// <summary>A function that a text may call.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Parameters">The schema of its arguments, which are an object. It takes none where this is null or names none.</param>
public sealed record FunctionSchema(string Name, JsonElement? Parameters);
