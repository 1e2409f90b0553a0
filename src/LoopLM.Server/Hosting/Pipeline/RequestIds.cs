namespace LoopLM.Server.Hosting.Pipeline;

/// <summary>Gives every request an id, the client's where it sends a sane one, and says it in the response.</summary>
internal static class RequestIds
{
    private const string Header = "x-request-id";
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
                return Task.CompletedTask;
            },
            context);
        return next(context);
    });
}
