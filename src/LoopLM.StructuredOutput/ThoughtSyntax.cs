namespace LoopLM.StructuredOutput;

/// <summary>How a thought is marked, which may be any text and stands before what the text is to be.</summary>
/// <param name="Start">Where it begins; what is to be may then also come without a thought. Null where the text begins within the thought.</param>
/// <param name="End">Where it ends; up to two line ends may follow.</param>
public sealed record ThoughtSyntax(string? Start, string End);
