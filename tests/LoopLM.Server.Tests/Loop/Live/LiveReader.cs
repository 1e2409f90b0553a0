using System.Net;
using System.Text.Json;

namespace LoopLM.Server.Tests.Loop.Live;

/// <summary>Reads a stream of live events.</summary>
internal sealed class LiveReader : IDisposable
{
    private readonly HttpResponseMessage _response;
    private readonly StreamReader _lines;

    private LiveReader(HttpResponseMessage response, Stream content) => (_response, _lines) = (response, new StreamReader(content));

    public static async Task<LiveReader> OpenAsync(ServerHarness server, string path)
    {
        var response = await server.Rest.GetAsync(path, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal((HttpStatusCode.OK, "text/event-stream"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        return new LiveReader(response, await response.Content.ReadAsStreamAsync());
    }

    /// <summary>The next event.</summary>
    public async Task<JsonElement> ReadAsync()
    {
        var line = await _lines.ReadLineAsync().WaitAsync(ServerHarness.Patience);
        Assert.StartsWith("data: {", line, StringComparison.Ordinal);
        Assert.Equal("", await _lines.ReadLineAsync().WaitAsync(ServerHarness.Patience));
        return JsonElement.Parse(line!["data: ".Length..]);
    }

    /// <summary>What follows until the server ends the stream.</summary>
    public Task<string> ReadToEndAsync() => _lines.ReadToEndAsync().WaitAsync(ServerHarness.Patience);

    /// <summary>Goes away.</summary>
    public void Dispose()
    {
        _lines.Dispose();
        _response.Dispose();
    }
}
