using System.Text.Json;

namespace LoopLM.Server.OpenAi.Requests;

/// <summary>A body that was read. Disposing it ends what its JSON is good for.</summary>
/// <typeparam name="T">What an endpoint makes of the fields.</typeparam>
/// <param name="document">The JSON.</param>
/// <param name="fields">Its fields, with the first problem that was found in them.</param>
/// <param name="request">What they say.</param>
internal sealed class ParsedBody<T>(JsonDocument document, RequestFields fields, T request) : IDisposable
{
    /// <summary>Its fields, with the first problem that was found in them.</summary>
    public RequestFields Fields { get; } = fields;

    /// <summary>What they say.</summary>
    public T Request { get; } = request;

    public void Dispose() => document.Dispose();
}
