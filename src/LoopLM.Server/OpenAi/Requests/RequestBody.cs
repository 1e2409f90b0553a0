using System.Text.Json;
using LoopLM.Server.OpenAi.Errors;
using LoopLM.Server.Transport;
using LoopLM.Server.Work;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;
using ZstdSharp;

namespace LoopLM.Server.OpenAi.Requests;

/// <summary>
/// A request's body, a JSON object. It holds memory until it is disposed, which its endpoint does as soon as it knows what is asked for.
/// </summary>
internal sealed class RequestBody : IDisposable
{
    private readonly TransferLimits _limits;
    private readonly HeldBytes _held;
    private JsonDocument? _document;

    private RequestBody(TransferLimits limits) => (_limits, _held) = (limits, new HeldBytes(limits.Bodies));

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

        var body = new RequestBody(context.RequestServices.GetRequiredService<TransferLimits>());
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
            var work = context.RequestServices.GetRequiredService<RequestWork>();
            var outcome = await work.OnTextAsync(bytes.Length, () => body.Parse(bytes, read), context.RequestAborted);
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

    public void Dispose()
    {
        _document?.Dispose();
        _held.Dispose();
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

    /// <summary>
    /// Reads a stream to its end, or says what is wrong. Memory grows with what has come. What takes more than its free share must
    /// come at the rate of large bodies.
    /// </summary>
    private async Task<(ReadOnlyMemory<byte> Bytes, OpenAiError? Error)> ReadAsync(Stream stream, int most, CancellationToken cancellation)
    {
        using var body = new PooledBuffer(_held);
        if (await ReadAsync(stream, body, most, cancellation) is { } error)
        {
            return (default, error);
        }

        // What has come is held from now on, whatever chunks go back: nobody else may take its room.
        _held.Keep(body.Length);
        return (body.ToArray(), null);
    }

    private (ParsedBody<T>? Parsed, OpenAiError? Error) Parse<T>(ReadOnlyMemory<byte> bytes, Func<RequestFields, T> read)
    {
        if (!JsonBody.TryParse(bytes, out _document, out var problem))
        {
            return (null, problem);
        }

        var fields = new RequestFields(_document.RootElement);
        return (new(this, fields, read(fields)), null);
    }

    private async Task<OpenAiError?> ReadAsync(Stream stream, PooledBuffer body, int most, CancellationToken cancellation)
    {
        TransferPace? pace = null;
        while (true)
        {
            var memory = body.GetMemory();
            if (body.IsOverBudget)
            {
                return OpenAiErrors.From(TransferLimits.BodyRefused);
            }

            int read;
            try
            {
                read = _held.IsCharged
                    ? await (pace ??= _limits.StartPace()).ReadAsync(token => stream.ReadAsync(memory, token), cancellation)
                    : await stream.ReadAsync(memory, cancellation);
            }
            catch (TimeoutException)
            {
                return OpenAiErrors.Slow();
            }

            body.Advance(read);
            pace?.Count(read);
            if (read == 0)
            {
                return null;
            }

            if (body.Length > most)
            {
                return OpenAiErrors.TooLarge(most);
            }
        }
    }
}
