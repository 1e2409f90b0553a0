using System.Net.Sockets;
using System.Text;
using LoopLM.Fuzz.Fuzzing;
using LoopLM.Models;
using LoopLM.Server.Hosting;
using LoopLM.Server.Models;
using LoopLM.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace LoopLM.Fuzz.Targets.Server;

/// <summary>A whole server in this process, over loopback sockets, whose model spells a given text.</summary>
internal sealed class FuzzServer : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly TemplatedModel _model = new(TemplatedModel.Talkative);
    private readonly WebApplication _app;

    /// <param name="text">What the model spells at first.</param>
    public FuzzServer(string text)
    {
        Runner = new SpellingRunner(Encoding.UTF8.GetBytes(text), vocabularySize: 260, endOfText: 256, contextLength: 256);
        _app = ServerApplication.Build(
            [
                "--Kestrel:Endpoints:Rest:Url=http://127.0.0.1:0",
                "--Kestrel:Endpoints:Grpc:Url=http://127.0.0.1:0", "--Serilog:MinimumLevel:Default=Fatal",
                "--Serilog:MinimumLevel:Override:Microsoft.AspNetCore=Fatal",
                "--Serilog:MinimumLevel:Override:Grpc=Fatal", _model.Setting, "--Limits:DefaultChatTokens=24",
            ],
            new ModelRunners(("spelling", (_, _) => new TestRunnerFactory(_ => Runner))));
        _app.StartAsync().Wait(s_patience);
        var addresses = _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.ToList();

        // Kestrel opens its endpoints in the order of their names: Grpc, Rest.
        Rest = new HttpClient { BaseAddress = new Uri(addresses[1]), Timeout = s_patience };
        Grpc = new HttpClient(new SocketsHttpHandler { ConnectCallback = ConnectAsync })
        {
            BaseAddress = new Uri(addresses[0]),
            Timeout = s_patience,
        };
        Models.Default.Engine.Opened.Wait(s_patience);
    }

    /// <summary>The model.</summary>
    public SpellingRunner Runner { get; }

    /// <summary>A client of the REST API.</summary>
    public HttpClient Rest { get; }

    /// <summary>A client of gRPC's frames.</summary>
    public HttpClient Grpc { get; }

    /// <summary>Connections that the client of gRPC has made.</summary>
    public int GrpcConnections { get; private set; }

    private ServedModels Models => _app.Services.GetRequiredService<ServedModels>();

    /// <summary>Requires that the engine is empty within a while.</summary>
    public void CheckEmpty()
    {
        var engine = Models.Default.Engine;
        var isEmpty = SpinWait.SpinUntil(
            () => engine.Snapshot is { UsedKvSlots: 0, RunningSequences: 0, QueuedRequests: 0 } && Runner.LiveSequences == 0, s_patience);
        FuzzException.Require(
            isEmpty, "nothing is left in the engine", $"{engine.Snapshot}, {Runner.LiveSequences} sequences in the runner");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Rest.Dispose();
        Grpc.Dispose();
        _app.StopAsync().Wait(s_patience);
        ((IDisposable)_app).Dispose();
        _model.Dispose();
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        GrpcConnections++;
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(context.DnsEndPoint, cancellation);
        return new NetworkStream(socket, ownsSocket: true);
    }
}
