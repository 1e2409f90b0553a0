using Microsoft.AspNetCore.Diagnostics;

namespace LoopLM.Server.OpenAi.Errors;

/// <summary>Answers what endpoints throw: bad requests found while reading the body, and bugs, of which the client learns no more than the request's id.</summary>
internal sealed partial class OpenAiExceptionHandler(ILogger<OpenAiExceptionHandler> logger) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        await httpContext.WriteErrorAsync(exception switch
        {
            BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => OpenAiErrors.TooLarge(),
            BadHttpRequestException bad => OpenAiErrors.BadRequest(bad.Message),
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
