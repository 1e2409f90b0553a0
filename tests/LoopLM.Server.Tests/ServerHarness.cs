using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Grpc.Net.Client;
using LoopLM.Engine.Execution;
using LoopLM.Engine.Runners;
using LoopLM.Server.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace LoopLM.Server.Tests;

/// <summary>
/// A whole server on loopback sockets. By default it serves the bundled tokenizer over a <see cref="SpellingRunner"/>.
/// Disposing it drains it and checks that nothing leaked.
/// </summary>
internal sealed partial class ServerHarness : IAsyncDisposable
{
    public const string Text = "h\u00e9llo, w\u00f6rld. Good \ud83d\ude00 bye";

    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly WebApplication _app;

    private ServerHarness(WebApplication app, SpellingRunner runner)
    {
        _app = app;
        Runner = runner;
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.ToList();

        // Kestrel opens its endpoints in the order of their names: Grpc, Rest.
        Channel = GrpcChannel.ForAddress(addresses[0]);
        Rest = new HttpClient { BaseAddress = new Uri(addresses[1]), Timeout = Patience };
    }

    public SpellingRunner Runner { get; }

    public HttpClient Rest { get; }

    public GrpcChannel Channel { get; }

    public string ModelName => Service<ServedModel>().Name;

    public InferenceEngine Engine => Service<InferenceEngine>();

    public CancellationToken Stopping => _app.Lifetime.ApplicationStopping;

    public T Service<T>()
        where T : class => _app.Services.GetRequiredService<T>();

    /// <summary>The arguments of a server on free ports that logs nothing.</summary>
    public static string[] Arguments(params string[] settings) =>
    [
        "--Kestrel:Endpoints:Rest:Url=http://127.0.0.1:0",
        "--Kestrel:Endpoints:Grpc:Url=http://127.0.0.1:0",
        "--Serilog:MinimumLevel:Default=Fatal",
        .. settings,
    ];

    /// <summary>Starts a server over a spelling runner.</summary>
    /// <param name="opening">Called on the engine's thread before the runner opens; may wait or throw.</param>
    /// <param name="text">What it spells.</param>
    /// <param name="settings">Settings such as <c>--Engine:MaxSequences=1</c>.</param>
    public static async Task<ServerHarness> StartAsync(Action? opening = null, string text = Text, params string[] settings)
    {
        var runner = new SpellingRunner(Encoding.UTF8.GetBytes(text), vocabularySize: 260, endOfText: 256);
        IModelRunner Open()
        {
            opening?.Invoke();
            return runner;
        }

        var app = ServerApplication.Build(Arguments(settings), new Runners(("spelling", (_, _, _) => Open())));
        await app.StartAsync();
        var server = new ServerHarness(app, runner);
        if (opening is null)
        {
            await server.Engine.Opened.WaitAsync(Patience);
        }

        return server;
    }

    public static ByteArrayContent Json(string body) =>
        new(Encoding.UTF8.GetBytes(body)) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };

    public Task<HttpResponseMessage> PostAsync(string body) => Rest.PostAsync("/v1/completions", Json(body));

    /// <summary>Posts a completion that must succeed.</summary>
    public async Task<JsonElement> CompleteAsync(string body)
    {
        using var response = await PostAsync(body);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.OK, text);
        return JsonElement.Parse(text);
    }

    /// <summary>Posts a request that must be refused, and gives the error with its status.</summary>
    public static async Task<(HttpResponseMessage Response, JsonElement Error)> RefuseAsync(Task<HttpResponseMessage> request)
    {
        var response = await request;
        var body = JsonElement.Parse(await response.Content.ReadAsStringAsync());
        Assert.Equal(["error"], body.EnumerateObject().Select(property => property.Name));
        var error = body.GetProperty("error");
        Assert.Equal(["message", "type", "param", "code"], error.EnumerateObject().Select(property => property.Name));
        return (response, error);
    }

    /// <summary>Posts a streamed completion and gives the data of its events.</summary>
    public async Task<List<string>> StreamAsync(string body)
    {
        using var response = await PostAsync(body);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        var events = (await response.Content.ReadAsStringAsync()).Split("\n\n");
        Assert.Equal("", events[^1]);
        Assert.All(events[..^1], each => Assert.StartsWith("data: ", each, StringComparison.Ordinal));
        return [.. events[..^1].Select(each => each["data: ".Length..])];
    }

    /// <summary>Waits until the engine holds nothing, as it does within a tick of the last request's end.</summary>
    public async Task DrainAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        while (Engine.Snapshot is { UsedKvSlots: > 0 } or { RunningSequences: > 0 } or { QueuedRequests: > 0 })
        {
            await Task.Delay(5, patience.Token);
        }
    }

    /// <summary>Waits until the server has done with every POST, as it has soon after the client went away.</summary>
    public async Task UntilNoPostIsServedAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!ServedPosts().Match(await Rest.GetStringAsync("/metrics", patience.Token)).Groups["count"].Value.Equals("0", StringComparison.Ordinal))
        {
            await Task.Delay(5, patience.Token);
        }
    }

    public Task StopAsync() => _app.StopAsync().WaitAsync(Patience);

    public async ValueTask DisposeAsync()
    {
        Rest.Dispose();
        Channel.Dispose();
        var engine = Engine;
        await StopAsync();
        await _app.DisposeAsync();
        var left = engine.Snapshot;
        Assert.Equal((0, 0, 0, 0), (left.UsedKvSlots, left.RunningSequences, left.QueuedRequests, Runner.LiveSequences));
        Assert.Equal(engine.Opened.IsCompletedSuccessfully, Runner.IsDisposed);
    }

    [GeneratedRegex("""http_server_active_requests\{[^}]*"POST"[^}]*\} (?<count>\d+)""")]
    private static partial Regex ServedPosts();
}
