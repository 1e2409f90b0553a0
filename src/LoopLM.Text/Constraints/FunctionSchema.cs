using System.Text.Json;

namespace LoopLM.Text.Constraints;

/// <summary>A function that a text may call.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Parameters">The schema of its arguments, which are an object; null where it takes none. It takes none, too, where the schema names none.</param>
public sealed record FunctionSchema(string Name, JsonElement? Parameters);
