using LoopLM.Server.Errors;
using LoopLM.Server.Rest.Errors;
using LoopLM.Server.Rest.Requests;

namespace LoopLM.Server.Rest;

/// <summary>
/// An endpoint that takes a JSON object. Nothing of an answer is written before its outcome is
/// known: what is refused or fails gets its status.
/// </summary>
/// <typeparam name="T">What is read of the object.</typeparam>
/// <param name="bodies">Reads bodies.</param>
internal abstract class JsonEndpoint<T>(RequestBodies bodies)
{
    /// <summary>Answers a request.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        try
        {
            using var body = await bodies.ReadAsync(context, Read);
            if (body is not null && (body.Fields.Error ?? await AnswerAsync(context, body)) is { } error)
            {
                await context.WriteErrorAsync(OpenAiErrors.From(error, body.Fields.Error is null ? NamesFor(body.Request) : null));
            }
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            if (!context.Response.HasStarted)
            {
                context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            }
        }
    }

    /// <summary>Reads the fields. The first problem is left in <see cref="RequestFields.Error"/>.</summary>
    protected abstract T Read(RequestFields fields);

    /// <summary>Answers a request that was read without a problem.</summary>
    /// <returns>Why it cannot be answered; then nothing was written.</returns>
    protected abstract Task<RequestError?> AnswerAsync(HttpContext context, ParsedBody<T> body);

    /// <summary>How the endpoint calls the fields of a request.</summary>
    protected virtual FieldNames NamesFor(T request) => FieldNames.Rest;
}
