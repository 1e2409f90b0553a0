namespace LoopLM.Engine.Errors;

/// <summary>A request that was not accepted. The engine keeps nothing of it.</summary>
/// <param name="Reason">The kind of refusal.</param>
/// <param name="Field">The field at fault; null where it is not the request's fault.</param>
/// <param name="Message">What was found and what would be right.</param>
/// <param name="RetryAfter">How long it takes to admit all that waits now, at the pace of late; null where nothing waits for that.</param>
public sealed record Rejection(RejectionReason Reason, Field? Field, ErrorMessage Message, TimeSpan? RetryAfter = null)
{
    /// <summary>A value that is out of its range, or contradicts another.</summary>
    /// <param name="field">The field at fault.</param>
    /// <param name="message">What was found and what would be right.</param>
    public static Rejection Invalid(string field, ErrorMessage message) => new(RejectionReason.InvalidValue, new Field(field), message);
}
