using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Grpc.Net.Client;
using LoopLM.Engine.Execution;
using LoopLM.Models;
using LoopLM.Server.Hosting;
using LoopLM.Server.Models;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace LoopLM.Server.Tests;

/// <summary>
/// A whole server on loopback sockets. By default it serves the bundled byte model's tokenizer over a <see cref="SpellingRunner"/>.
/// Disposing it drains it and checks that nothing leaked.
/// </summary>
internal sealed partial class ServerHarness : IAsyncDisposable
{
    public const string Text = "h\u00e9llo, w\u00f6rld. Good \ud83d\ude00 bye";

    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly WebApplication _app;

    private ServerHarness(WebApplication app, IReadOnlyDictionary<string, SpellingRunner> runners)
    {
        _app = app;
        Runners = runners;
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.ToList();

        // Kestrel opens its endpoints in the order of their names: Grpc, Rest.
        Channel = GrpcChannel.ForAddress(addresses[0]);
        Rest = new HttpClient { BaseAddress = new Uri(addresses[1]), Timeout = Patience };
    }

    /// <summary>The folder of the bundled byte model.</summary>
    public static string BundledFolder { get; } = Path.Combine(AppContext.BaseDirectory, "models", "looplm-bytes");

    /// <summary>The runner of the default model.</summary>
    public SpellingRunner Runner => Runners.Values.First();

    /// <summary>The runners by the names of their models, the default first.</summary>
    public IReadOnlyDictionary<string, SpellingRunner> Runners { get; }

    public HttpClient Rest { get; }

    public GrpcChannel Channel { get; }

    public string ModelName => Models.Default.Name;

    /// <summary>The engine of the default model.</summary>
    public InferenceEngine Engine => Models.Default.Engine;

    public ServedModels Models => Service<ServedModels>();

    public IEnumerable<RouteEndpoint> Endpoints => Service<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>();

    public CancellationToken Stopping => _app.Lifetime.ApplicationStopping;

    public T Service<T>()
        where T : class => _app.Services.GetRequiredService<T>();

    /// <summary>
    /// The arguments of a server on free ports that logs nothing and serves the byte model, unless the settings name others.
    /// </summary>
    public static string[] Arguments(params string[] settings) =>
    [
        "--Kestrel:Endpoints:Rest:Url=http://127.0.0.1:0",
        "--Kestrel:Endpoints:Grpc:Url=http://127.0.0.1:0",
        "--Serilog:MinimumLevel:Default=Fatal",

        // Answers count drafts and cached tokens: adaptive drafts depend on how long passes take, a cached prefix on what was asked before.
        "--Engine:Speculation:Strategy=Off",
        "--Engine:PrefixCache=Off",
        .. settings.Any(setting => setting.StartsWith("--Models:", StringComparison.Ordinal))
            ? (string[])[]
            : [$"--Model:Path={BundledFolder}"],
        .. settings,
    ];

    /// <summary>The settings of several models over the byte model's tokenizer; each spells its name.</summary>
    public static string[] SeveralModels(params string[] names) =>
        [.. names.SelectMany((name, i) => (string[])[$"--Models:{i}:Path={BundledFolder}", $"--Models:{i}:Name={name}"])];

    /// <summary>Starts a server over a spelling runner for each model.</summary>
    /// <param name="opening">Called on the engine's thread before the runner opens; may wait or throw.</param>
    /// <param name="text">What it spells.</param>
    /// <param name="contextLength">Most tokens of a sequence.</param>
    /// <param name="settings">Settings such as <c>--Engine:MaxSequences=1</c>.</param>
    public static async Task<ServerHarness> StartAsync(
        Action? opening = null, string text = Text, int contextLength = 64, params string[] settings)
    {
        const string single = "";
        var names = settings.Where(setting =>
            setting.StartsWith("--Models:", StringComparison.Ordinal) && setting.Contains(":Name=", StringComparison.Ordinal))
            .Select(setting => setting[(setting.IndexOf('=', StringComparison.Ordinal) + 1)..]);
        var runners = names.DefaultIfEmpty(single).ToDictionary(
            name => name,
            name => new SpellingRunner(
                Encoding.UTF8.GetBytes(name == single ? text : name), vocabularySize: 260, endOfText: 256, contextLength));

        // The server requests the factories of its models in their order.
        var next = new Queue<SpellingRunner>(runners.Values);
        var app = ServerApplication.Build(Arguments(settings), new ModelRunners(("spelling", (_, _) => FactoryOf(next.Dequeue()))));
        await app.StartAsync();
        var server = new ServerHarness(app, runners);
        if (opening is null)
        {
            await Task.WhenAll(server.Models.All.Select(model => model.Engine.Opened)).WaitAsync(Patience);
        }

        return server;

        TestRunnerFactory FactoryOf(SpellingRunner runner) => new(_ =>
        {
            opening?.Invoke();
            return runner;
        });
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

    /// <summary>Posts a request whose stream the server breaks off, and gives the lines before that.</summary>
    public async Task<List<string>> ReadBrokenStreamAsync(string path, string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = Json(body) };
        using var response = await Rest.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        var lines = new List<string>();
        await Assert.ThrowsAnyAsync<IOException>(async () =>
        {
            while (await reader.ReadLineAsync().WaitAsync(Patience) is { } line)
            {
                lines.Add(line);
            }
        });
        return lines;
    }

    /// <summary>Waits until the engine holds nothing, as it does within a tick of the last request's end.</summary>
    public async Task DrainAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        while (Models.All.Any(model =>
            model.Engine.Snapshot is { UsedKvSlots: > 0 } or { RunningSequences: > 0 } or { QueuedRequests: > 0 }))
        {
            await Task.Delay(5, patience.Token);
        }
    }

    /// <summary>Lets the engine of the default model finish all it has, and waits until it has counted that.</summary>
    public async Task StopEngineAsync() => Assert.True(await Engine.StopAsync(CancellationToken.None).WaitAsync(Patience));

    /// <summary>Waits until the server has done with every POST, as it has soon after the client went away.</summary>
    public async Task UntilNoPostIsServedAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!ServedPosts().Match(await Rest.GetStringAsync("/metrics", patience.Token)).Groups["count"].Value
            .Equals("0", StringComparison.Ordinal))
        {
            await Task.Delay(5, patience.Token);
        }
    }

    /// <summary>Posts a request, goes away while its first loop is held up, and drains the engine.</summary>
    /// <returns>Loop passes that were begun for it.</returns>
    public async Task<int> LoopsOfAClientThatLeavesAsync(string path, string body)
    {
        using var hold = new Hold(Runner);
        using var leave = new CancellationTokenSource();
        var request = Rest.PostAsync(path, Json(body), leave.Token);
        hold.WaitUntilHeld();

        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request);
        await UntilNoPostIsServedAsync();
        hold.LetGo();

        await DrainAsync();
        return hold.Loops;
    }

    public Task StopAsync() => _app.StopAsync().WaitAsync(Patience);

    public async ValueTask DisposeAsync()
    {
        Rest.Dispose();
        Channel.Dispose();
        var models = Models;
        await StopAsync();
        await _app.DisposeAsync();
        foreach (var (model, runner) in models.All.Zip(Runners.Values))
        {
            var left = model.Engine.Snapshot;
            Assert.Equal((0, 0, 0, 0), (left.UsedKvSlots, left.RunningSequences, left.QueuedRequests, runner.LiveSequences));
            Assert.Equal(model.Engine.Opened.IsCompletedSuccessfully, runner.IsDisposed);
        }
    }

    [GeneratedRegex("""http_server_active_requests\{[^}]*"POST"[^}]*\} (?<count>\d+)""")]
    private static partial Regex ServedPosts();
}
