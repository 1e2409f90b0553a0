namespace LoopLM.Server.Rest.Requests;

/// <summary>A body that was read. Disposing it ends what its JSON is good for, and frees what it holds.</summary>
/// <typeparam name="T">What an endpoint makes of the fields.</typeparam>
/// <param name="body">The body.</param>
/// <param name="fields">Its fields, with the first problem that was found in them.</param>
/// <param name="request">What they say.</param>
internal sealed class ParsedBody<T>(RequestBody body, RequestFields fields, T request) : IDisposable
{
    /// <summary>Its fields, with the first problem that was found in them.</summary>
    public RequestFields Fields { get; } = fields;

    /// <summary>What they say.</summary>
    public T Request { get; } = request;

    public void Dispose() => body.Dispose();
}
