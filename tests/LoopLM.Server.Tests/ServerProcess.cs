using System.Collections.Concurrent;
using System.Diagnostics;

namespace LoopLM.Server.Tests;

/// <summary>The real server in a process of its own, on free ports of the loopback interface. It ends when it is disposed.</summary>
internal sealed class ServerProcess : IDisposable
{
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = [];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ServerProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is null)
            {
                _ended.TrySetResult();
            }
            else
            {
                _output.Enqueue(line.Data);
            }
        };
        process.BeginOutputReadLine();
    }

    public HttpClient Rest { get; private set; } = new();

    /// <summary>What it has written to standard output.</summary>
    public IEnumerable<string> Output => _output;

    /// <summary>Starts a server that logs what is informative, and waits until it listens.</summary>
    public static Task<ServerProcess> StartAsync(params string[] settings) => StartAsync([], settings);

    /// <summary>The same with variables in its environment.</summary>
    public static async Task<ServerProcess> StartAsync(Dictionary<string, string> environment, params string[] settings)
    {
        string[] arguments =
        [
            Path.Combine(AppContext.BaseDirectory, "LoopLM.Server.dll"),
            .. ServerHarness.Arguments(settings), "--Serilog:MinimumLevel:Default=Information",
        ];
        var start = new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var server = new ServerProcess(Process.Start(start)!);
        await server.UntilLoggedAsync("Application started");

        // Kestrel opens its endpoints in the order of their names: Grpc, Rest.
        const string listening = "Now listening on: ";
        var address = server.Output.Where(line => line.Contains(listening, StringComparison.Ordinal)).Last();
        server.Rest = new HttpClient
        {
            BaseAddress = new Uri(address[(address.IndexOf(listening, StringComparison.Ordinal) + listening.Length)..]),
            Timeout = ServerHarness.Patience,
        };
        return server;
    }

    /// <summary>Waits until a line with a text is logged.</summary>
    public Task UntilLoggedAsync(string text) => UntilAsync(() => _output.Any(line => line.Contains(text, StringComparison.Ordinal)));

    /// <summary>Waits until all models are loaded.</summary>
    public Task UntilReadyAsync() => UntilAsync(() => Rest.GetAsync("/health/ready").GetAwaiter().GetResult().IsSuccessStatusCode);

    /// <summary>Sends a signal, such as TERM.</summary>
    public void Send(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{_process.Id}"]);
        Assert.True(kill.WaitForExit(ServerHarness.Patience));
    }

    /// <summary>Waits for the end of the process, and gives its exit code.</summary>
    public async Task<int> ExitAsync()
    {
        await _ended.Task.WaitAsync(ServerHarness.Patience);
        await _process.WaitForExitAsync().WaitAsync(ServerHarness.Patience);
        return _process.ExitCode;
    }

    public void Dispose()
    {
        Rest.Dispose();
        _process.Kill();
        _process.Dispose();
    }

    private async Task UntilAsync(Func<bool> isDone)
    {
        using var patience = new CancellationTokenSource(ServerHarness.Patience);
        while (!isDone())
        {
            Assert.False(_ended.Task.IsCompleted, string.Join('\n', _output));
            await Task.Delay(10, patience.Token);
        }
    }
}
