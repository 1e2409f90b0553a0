namespace LoopLM.Engine.Requests;

/// <summary>A request that was not accepted. The engine keeps nothing of it.</summary>
/// <param name="Reason">The kind of refusal.</param>
/// <param name="Parameter">The field at fault by its name in the API, e.g. <c>max_loops</c>; null where it is not the request's fault.</param>
/// <param name="Message">What was found and what would be right.</param>
/// <param name="RetryAfter">How long it takes to admit all that waits now, at the pace of late; null where nothing waits for that.</param>
public sealed record Rejection(RejectionReason Reason, string? Parameter, string Message, TimeSpan? RetryAfter = null);
