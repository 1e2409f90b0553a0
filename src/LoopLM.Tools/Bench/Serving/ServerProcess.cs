using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using LoopLM.Engine.Configuration;
using LoopLM.Engine.Runners;

namespace LoopLM.Tools.Bench.Serving;

/// <summary>A server in a process of its own on a free port of the loopback interface; it ends when it is disposed.</summary>
internal sealed class ServerProcess : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan s_pollInterval = TimeSpan.FromMilliseconds(20);

    private readonly Process _process;

    private ServerProcess(Process process, Uri address) => (_process, Address) = (process, address);

    /// <summary>Where its REST API is.</summary>
    public Uri Address { get; }

    /// <summary>Starts a server and waits until it is ready.</summary>
    /// <param name="program">The server's program, or its <c>.dll</c>.</param>
    /// <param name="model">Folder of the checkpoint.</param>
    /// <param name="runner">What computes.</param>
    /// <param name="settings">How it computes.</param>
    /// <param name="engine">Sizes of its engine.</param>
    /// <exception cref="IOException">It cannot be started, or does not become ready; standard error says why.</exception>
    public static ServerProcess Start(string program, string model, string runner, RunnerSettings settings, EngineOptions engine)
    {
        if (!File.Exists(program))
        {
            throw new FileNotFoundException(
                $"--server is '{program}'; there is no such file. It must be the server's program or its .dll.");
        }

        // All streams are one client, which may have half of the places.
        var places = 2 * engine.MaxQueuedRequests;
        var address = new Uri($"http://127.0.0.1:{FreePort()}");
        List<string> arguments =
        [
            $"--Kestrel:Endpoints:Rest:Url={address}", "--Kestrel:Endpoints:Grpc:Url=http://127.0.0.1:0",
            $"--Model:Path={Path.GetFullPath(model)}", $"--Model:Runner={runner}",
            $"--Model:Weights={settings.Weights}", $"--Kv:Type={settings.Kv}",
            $"--Engine:MaxSequences={engine.MaxSequences}",
            $"--Engine:MaxRows={engine.MaxRows}", $"--Engine:PrefillChunk={engine.PrefillChunk}",
            $"--Engine:MaxQueuedRequests={places}", $"--Engine:KvSlots={engine.KvSlots}", $"--Engine:MaxLoops={engine.MaxLoops}",
        ];
        if (settings.Threads is { } threads)
        {
            arguments.Add($"--Model:Threads={threads}");
        }

        var isLibrary = Path.GetExtension(program) == ".dll";
        var start = new ProcessStartInfo(isLibrary ? "dotnet" : program, isLibrary ? [program, .. arguments] : arguments)
        {
            RedirectStandardOutput = true,
        };
        var server = new ServerProcess(Process.Start(start)!, address);
        server._process.BeginOutputReadLine();
        try
        {
            server.WaitUntilReady();
            return server;
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private void WaitUntilReady()
    {
        using var http = new HttpClient { BaseAddress = Address, Timeout = s_patience };
        for (var started = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(started) < s_patience; Thread.Sleep(s_pollInterval))
        {
            if (_process.HasExited)
            {
                throw new IOException($"The server has ended with code {_process.ExitCode}.");
            }

            try
            {
                using var response = http.Send(new HttpRequestMessage(HttpMethod.Get, "/health/ready"));
                if (response.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
            }
        }

        throw new IOException($"The server was not ready within {s_patience.TotalMinutes:F0} minutes.");
    }
}
