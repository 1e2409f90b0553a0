using System.Diagnostics;
using Microsoft.AspNetCore.Http.Features;

namespace LoopLM.Server.Hosting.Pipeline;

/// <summary>
/// Gives every request an id, the client's where it sends a sane one, and says it in the response; and beside it the request's
/// place in its trace, as the W3C's Trace Context writes it.
/// </summary>
internal static class RequestIds
{
    private const string Header = "x-request-id";
    private const string TraceHeader = "traceresponse";
    private const int MaxLength = 128;

    public static IApplicationBuilder UseRequestIds(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        if (context.Request.Headers[Header] is [{ Length: > 0 and <= MaxLength } asked] && asked.All(c => c is > ' ' and <= '~'))
        {
            context.TraceIdentifier = asked;
        }

        // At the last moment: an exception clears the headers.
        context.Response.OnStarting(
            static state =>
            {
                var context = (HttpContext)state;
                context.Response.Headers[Header] = context.TraceIdentifier;
                if (context.Features.Get<IHttpActivityFeature>()?.Activity is { IdFormat: ActivityIdFormat.W3C } activity)
                {
                    context.Response.Headers[TraceHeader] = activity.Id;
                }

                return Task.CompletedTask;
            },
            context);
        return next(context);
    });
}
