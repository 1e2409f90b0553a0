namespace LoopLM.StructuredOutput;

/// <summary>How reasoning is marked, which may be any text and is before what the text is to be.</summary>
/// <param name="Start">
/// Where it begins; what is to be may then also come without reasoning. Null where the text begins within the reasoning.
/// </param>
/// <param name="End">Where it ends; up to two line ends may follow.</param>
public sealed record ReasoningSyntax(string? Start, string End);
