using LoopLM.Engine.Errors;

namespace LoopLM.Server.Errors;

/// <summary>Why a request is not answered as asked. Each protocol has one table from the kind to its own terms.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Field">
/// The field at fault by its name in REST, which <see cref="FieldNames"/> translates; null where it is not the request's fault.
/// </param>
/// <param name="Message">What was found and what would be right; of the request no text but names and single words.</param>
/// <param name="RetryAfter">Seconds after which trying again has a chance; null where that is not measured.</param>
internal sealed record RequestError(RequestErrorKind Kind, string? Field, ErrorMessage Message, int? RetryAfter = null)
{
    private const int MaxRetrySeconds = 60;

    /// <summary>Seconds after which trying again has a chance; null where it has none.</summary>
    public int? RetryAfter { get; } = RetryAfter ?? Kind switch
    {
        RequestErrorKind.Loading or RequestErrorKind.Draining => 5,
        RequestErrorKind.Unhealthy => 30,
        _ => null,
    };

    /// <summary>A value that is out of its range, or contradicts another.</summary>
    /// <param name="field">The field at fault.</param>
    /// <param name="message">What was found and what would be right.</param>
    public static RequestError Invalid(string field, ErrorMessage message) => new(RequestErrorKind.InvalidValue, field, message);

    /// <summary>A wait in whole seconds that clients can be given: 1 to 60.</summary>
    public static int RetrySeconds(TimeSpan wait) => (int)Math.Clamp(Math.Ceiling(wait.TotalSeconds), 1, MaxRetrySeconds);

    /// <summary>The engine's refusal.</summary>
    public static RequestError From(Rejection rejection) => new(
        rejection.Reason switch
        {
            RejectionReason.InvalidValue => RequestErrorKind.InvalidValue,
            RejectionReason.ContextExceeded => RequestErrorKind.ContextExceeded,
            RejectionReason.KvExceeded => RequestErrorKind.ContextExceeded,
            RejectionReason.QueueFull => RequestErrorKind.QueueFull,
            RejectionReason.Loading => RequestErrorKind.Loading,
            RejectionReason.Draining => RequestErrorKind.Draining,
            RejectionReason.Unhealthy => RequestErrorKind.Unhealthy,
            _ => throw new ArgumentOutOfRangeException(nameof(rejection), rejection.Reason, null),
        },
        rejection.Field?.Name,
        rejection.Message,
        rejection.RetryAfter is { } wait ? RetrySeconds(wait) : null);
}
