using System.Globalization;
using LoopLM.Server.Errors;
using LoopLM.Server.Grpc;
using LoopLM.Server.Rest.Errors;
using LoopLM.Server.Transport;

namespace LoopLM.Server.Hosting.Pipeline;

/// <summary>Refuses requests before they reach an endpoint.</summary>
internal static class ErrorWriter
{
    /// <summary>Answers in the terms of the request's protocol.</summary>
    public static Task RefuseAsync(this HttpContext context, RequestError error)
    {
        if (!context.Request.IsGrpc())
        {
            return context.WriteErrorAsync(OpenAiErrors.From(error));
        }

        var exception = GrpcErrors.From(error);
        var status = exception.Status;
        context.Response.ContentType = "application/grpc";
        context.Response.Headers["grpc-status"] = ((int)status.StatusCode).ToString(CultureInfo.InvariantCulture);
        context.Response.Headers["grpc-message"] = Uri.EscapeDataString(status.Detail);
        foreach (var trailer in exception.Trailers)
        {
            context.Response.Headers[trailer.Key] = trailer.Value;
        }

        return Task.CompletedTask;
    }
}
