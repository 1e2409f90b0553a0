using System.Text.Json;
using LoopLM.Server.Rest.Errors;
using LoopLM.Server.Transport;

namespace LoopLM.Server.Rest.Requests;

/// <summary>
/// A request's body, a JSON object. It holds memory until it is disposed, which its endpoint does as soon as it knows what is requested.
/// </summary>
internal sealed class RequestBody : IDisposable
{
    private readonly TransferLimits _limits;
    private readonly HeldBytes _held;
    private JsonDocument? _document;

    /// <param name="limits">What it may hold.</param>
    public RequestBody(TransferLimits limits) => (_limits, _held) = (limits, new HeldBytes(limits.Bodies));

    public void Dispose()
    {
        _document?.Dispose();
        _held.Dispose();
    }

    /// <summary>
    /// Reads a stream to its end, or says what is wrong. Memory grows with what has come. What takes more than its free share must
    /// come at the rate of large bodies.
    /// </summary>
    /// <param name="stream">The stream.</param>
    /// <param name="most">Most bytes.</param>
    /// <param name="cancellation">Ends the reading.</param>
    public async Task<(ReadOnlyMemory<byte> Bytes, OpenAiError? Error)> ReadAsync(Stream stream, int most, CancellationToken cancellation)
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

    /// <summary>Parses bytes and reads their fields, or says what is wrong.</summary>
    public (ParsedBody<T>? Parsed, OpenAiError? Error) Parse<T>(ReadOnlyMemory<byte> bytes, Func<RequestFields, T> read)
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
