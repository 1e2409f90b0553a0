namespace LoopLM.Server.Rest.Requests;

/// <summary>What becomes of a field that requests of some kinds do not read.</summary>
/// <param name="Name">The field.</param>
/// <param name="Instead">
/// What to do instead, as the end of a sentence; null where the field may have any value, because it changes nothing.
/// </param>
/// <param name="Neutral">
/// A JSON list of the values that request nothing, the usual one first; null where every value requests something.
/// </param>
/// <param name="Kinds">The requests that it is about.</param>
internal sealed record FieldRule(string Name, string? Instead, string? Neutral = null, RequestKinds Kinds = RequestKinds.Generating);
