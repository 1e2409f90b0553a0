namespace LoopLM.Server.Transport;

/// <summary>
/// Ends responses that have begun and cannot be completed so that their clients see it. Only an exception makes Kestrel send what is
/// written and then leave the response without its proper end. Aborting the connection could lose what is written.
/// </summary>
internal static partial class BrokenOffResponses
{
    /// <summary>Breaks the response off once its endpoint has returned.</summary>
    /// <param name="context">The request, whose response has begun.</param>
    /// <param name="reason">Why, for the log; no text of the request.</param>
    public static void BreakOff(this HttpContext context, string reason)
    {
        BrokenOff(context.RequestServices.GetRequiredService<ILogger<BrokenOffException>>(), context.TraceIdentifier, reason);
        context.Features.Set(new BrokenOffException());
    }

    /// <summary>Whether an exception is the way in which a response is broken off, and no failure.</summary>
    public static bool IsBreakOff(this Exception? exception) => exception is BrokenOffException;

    /// <summary>Throws what breaks a response off. It is before the log of requests, which so sees the status that was sent.</summary>
    public static IApplicationBuilder UseBrokenOffResponses(this IApplicationBuilder app) => app.Use(async (context, next) =>
    {
        await next(context);
        if (context.Features.Get<BrokenOffException>() is { } exception)
        {
            throw exception;
        }
    });

    [LoggerMessage(1, LogLevel.Warning, "The response to request {RequestId} is broken off: {Reason}")]
    private static partial void BrokenOff(ILogger logger, string requestId, string reason);

    private sealed class BrokenOffException() : IOException("The response is broken off.");
}
