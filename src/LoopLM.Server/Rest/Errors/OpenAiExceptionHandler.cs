using LoopLM.Server.Configuration;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.Extensions.Options;

namespace LoopLM.Server.Rest.Errors;

/// <summary>
/// Answers what endpoints throw: bad requests found while reading the body, and bugs, of which the
/// client learns no more than the request's id.
/// </summary>
internal sealed partial class OpenAiExceptionHandler(
    IOptions<LimitOptions> limits, ILogger<OpenAiExceptionHandler> logger) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is ConnectionResetException or ConnectionAbortedException)
        {
            // The client went away in its body, and nobody reads an answer. Kestrel would otherwise
            // drain a body that it cannot read any more.
            httpContext.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            httpContext.Abort();
            return true;
        }

        await httpContext.WriteErrorAsync(exception switch
        {
            BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } =>
                OpenAiErrors.TooLarge(limits.Value.MaxBodyBytes),
            BadHttpRequestException { StatusCode: StatusCodes.Status408RequestTimeout } => OpenAiErrors.Slow(),
            BadHttpRequestException => OpenAiErrors.Unreadable(),
            _ => Bug(httpContext, exception),
        });
        return true;
    }

    private OpenAiError Bug(HttpContext context, Exception exception)
    {
        EndpointFailed(exception, context.TraceIdentifier);
        return OpenAiErrors.Internal(context.TraceIdentifier);
    }

    [LoggerMessage(1, LogLevel.Error, "Request {RequestId} met a bug")]
    private partial void EndpointFailed(Exception exception, string requestId);
}
