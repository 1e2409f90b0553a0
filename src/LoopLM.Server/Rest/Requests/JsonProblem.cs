namespace LoopLM.Server.Rest.Requests;

/// <summary>What is wrong with well-formed JSON.</summary>
/// <param name="Field">The path of the value that is wrong; null where it is a name.</param>
/// <param name="Problem">What is wrong, as the rest of a sentence.</param>
internal sealed record JsonProblem(string? Field, string Problem);
