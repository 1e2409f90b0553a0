using System.Buffers;
using LoopLM.Server.OpenAi.Errors;
using LoopLM.Server.Work;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;
using ZstdSharp;

namespace LoopLM.Server.OpenAi.Requests;

/// <summary>Reads request bodies.</summary>
internal static class RequestBody
{
    /// <summary>
    /// Reads a JSON object, or answers the request with what is wrong with it and returns null. Its names are unique, its text is well-formed
    /// Unicode and its numbers are of bounded length, so that no reader of the object needs to look out for other ones.
    /// </summary>
    /// <param name="context">The request.</param>
    /// <param name="read">Reads the object's fields; called on a thread for long texts where the body is one.</param>
    public static async Task<ParsedBody<T>?> ReadAsync<T>(HttpContext context, Func<RequestFields, T> read)
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

        OpenAiError? error = null;
        ReadOnlyMemory<byte>? body = null;
        await using (decoded)
        {
            try
            {
                // Kestrel bounds what comes; this bounds what it becomes.
                var most = (int)(context.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize ?? int.MaxValue);
                body = await ReadAsync(decoded, most, context.RequestAborted);
                error = body is null ? OpenAiErrors.TooLarge(most) : null;
            }
            catch (Exception exception) when (decoded != request.Body
                && exception is InvalidDataException or InvalidOperationException or EndOfStreamException or ZstdException)
            {
                error = OpenAiErrors.Undecodable(encoding);
            }
        }

        ParsedBody<T>? parsed = null;
        if (body is { } bytes)
        {
            (parsed, error) = await ParseAsync(context, bytes, read);
        }

        if (error is not null)
        {
            await context.WriteErrorAsync(error);
        }

        return parsed;
    }

    private static async Task<(ParsedBody<T>? Parsed, OpenAiError? Error)> ParseAsync<T>(
        HttpContext context, ReadOnlyMemory<byte> body, Func<RequestFields, T> read)
    {
        var work = context.RequestServices.GetRequiredService<RequestWork>();
        var outcome = await work.OnTextAsync(body.Length, () => Parse(body, read), context.RequestAborted);
        return outcome.TryGet(out var parsed, out var busy) ? parsed : (null, OpenAiErrors.From(busy));
    }

    private static (ParsedBody<T>? Parsed, OpenAiError? Error) Parse<T>(ReadOnlyMemory<byte> body, Func<RequestFields, T> read)
    {
        if (!JsonBody.TryParse(body, out var document, out var error))
        {
            return (null, error);
        }

        var fields = new RequestFields(document.RootElement);
        return (new(document, fields, read(fields)), null);
    }

    /// <summary>
    /// Whether it says to be JSON, in the only encoding that JSON has. A form or plain text, which a page may send to any server without asking
    /// it first, is not read, nor is what a page sends without a type.
    /// </summary>
    private static bool HasReadableType(HttpRequest request) =>
        string.IsNullOrEmpty(request.ContentType)
            ? request.Headers.Origin.Count == 0
            : MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
                && (request.HasJsonContentType() || type.MediaType.Equals("text/json", StringComparison.OrdinalIgnoreCase))
                && HeaderUtilities.RemoveQuotes(type.Charset).Value?.ToUpperInvariant() is null or "" or "UTF-8" or "UTF8" or "US-ASCII";

    /// <summary>Reads a stream to its end; null where it has more than so many bytes. Memory grows with what has come.</summary>
    private static async Task<ReadOnlyMemory<byte>?> ReadAsync(Stream stream, int most, CancellationToken cancellation)
    {
        const int step = 4096;
        var body = new ArrayBufferWriter<byte>(step);
        while (await stream.ReadAsync(body.GetMemory(step), cancellation) is > 0 and var read)
        {
            body.Advance(read);
            if (body.WrittenCount > most)
            {
                return null;
            }
        }

        return body.WrittenMemory;
    }
}
