using LoopLM.Server.Rest.Errors;
using LoopLM.Server.Transport;
using LoopLM.Server.Work;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;
using ZstdSharp;

namespace LoopLM.Server.Rest.Requests;

/// <summary>Reads the bodies of requests, once for all endpoints.</summary>
/// <param name="limits">What they may hold.</param>
/// <param name="work">Has threads for long ones.</param>
internal sealed class RequestBodies(TransferLimits limits, RequestWork work)
{
    /// <summary>
    /// Reads a JSON object, or answers the request with what is wrong with it and returns null. Its names are unique, its text is
    /// well-formed Unicode and its numbers are of bounded length, so that no reader of the object needs to look out for other ones.
    /// </summary>
    /// <param name="context">The request.</param>
    /// <param name="read">Reads the object's fields; called on a thread for long texts where the body is one.</param>
    public async Task<ParsedBody<T>?> ReadAsync<T>(HttpContext context, Func<RequestFields, T> read)
    {
        var request = context.Request;
        if (!HasReadableType(request))
        {
            await context.WriteErrorAsync(OpenAiErrors.MediaType(request.ContentType));
            return null;
        }

        var encoding = $"{request.Headers.ContentEncoding}";
        if (!BodyDecoding.TryDecode(request.Body, encoding, out var decoded))
        {
            context.Response.Headers.AcceptEncoding = BodyDecoding.Accepted;
            await context.WriteErrorAsync(OpenAiErrors.ContentEncoding(encoding, BodyDecoding.Accepted));
            return null;
        }

        var body = new RequestBody(limits);
        context.Response.RegisterForDispose(body);
        var bytes = ReadOnlyMemory<byte>.Empty;
        OpenAiError? error;
        await using (decoded)
        {
            try
            {
                // Kestrel bounds what comes; this bounds what it becomes.
                var most = (int)(context.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize ?? int.MaxValue);
                (bytes, error) = await body.ReadAsync(decoded, most, context.RequestAborted);
            }
            catch (Exception exception) when (decoded != request.Body
                && exception is InvalidDataException or InvalidOperationException or EndOfStreamException or ZstdException)
            {
                error = OpenAiErrors.Undecodable(encoding);
            }
        }

        if (error is null)
        {
            var outcome = await work.OnTextAsync(context.Caller(), bytes.Length, () => body.Parse(bytes, read), context.RequestAborted);
            (var parsed, error) = outcome.TryGet(out var result, out var busy) ? result : (null, OpenAiErrors.From(busy));
            if (parsed is not null)
            {
                return parsed;
            }
        }

        body.Dispose();
        await context.WriteErrorAsync(error!);
        return null;
    }

    /// <summary>
    /// Whether it says to be JSON, in the only encoding that JSON has. A form or plain text, which a page may send to any server without
    /// asking it first, is not read, nor is what a page sends without a type.
    /// </summary>
    private static bool HasReadableType(HttpRequest request) =>
        string.IsNullOrEmpty(request.ContentType)
            ? request.Headers.Origin.Count == 0
            : MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
                && (request.HasJsonContentType() || type.MediaType.Equals("text/json", StringComparison.OrdinalIgnoreCase))
                && HeaderUtilities.RemoveQuotes(type.Charset).Value?.ToUpperInvariant() is null or "" or "UTF-8" or "UTF8" or "US-ASCII";
}
