using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using LoopLM.Models;
using LoopLM.Testing;
using LoopLM.Tools.Bench.Serving;
using Spectre.Console.Testing;

namespace LoopLM.Tools.Tests.Bench.Serving;

public sealed class ServeCommandTests : IDisposable
{
    private static readonly string s_model = Path.Combine(TestData.Root, "models", "looplm-bytes");

    private readonly TestConsole _console = new();

    public void Dispose() => _console.Dispose();

    [Theory]
    [InlineData("completions", "\"prompt\":[")]
    [InlineData("chat", "\"messages\":[")]
    public void Invoke_Url_MeasuresItsStreamsAgainstTheEngine(string api, string asked)
    {
        using var server = new EventServer(FreePort(), events: 5, streams: 2);

        Assert.True(
            Invoke("--url", server.Address, "--model", s_model, "--api", api, "--threads", "1", "--concurrency", "2",
                "--prompt", "3", "--generate", "4", "--rounds", "1", "--warm", "0", "--json") == 0, _console.Output);

        using var report = JsonDocument.Parse(_console.Output);
        Assert.All(
            ["engine_tokens_per_second", "tokens_per_second", "engine_share", "ttft_p50_ms",
                "engine_cpu_us_per_token", "server_cpu_us_per_token", "server_allocated_bytes_per_token"],
            key => Assert.True(report.RootElement.GetProperty(key).GetDouble() > 0, key));
        Assert.Equal(2, report.RootElement.GetProperty("concurrency").GetInt32());
        Assert.Equal(2, server.Bodies.Count);
        Assert.All(server.Bodies, body => Assert.Contains(asked, body, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Either --server or --url must be given.")]
    [InlineData("Either --server or --url must be given.", "--server", "a", "--url", "http://127.0.0.1:1")]
    [InlineData("--model must be given", "--url", "http://127.0.0.1:1")]
    [InlineData("--server is 'no-such-server'", "--server", "no-such-server", "--model", "MODEL")]
    [InlineData("Connection refused", "--url", "http://127.0.0.1:1", "--model", "MODEL")]
    public void Invoke_BadInput_ExitsWithOneAndNamesIt(string message, params string[] options)
    {
        Assert.Equal(1, Invoke([.. options.Select(option => option == "MODEL" ? s_model : option), "--generate", "2"]));

        Assert.Contains(message, _console.Output.ReplaceLineEndings(""), StringComparison.Ordinal);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private int Invoke(params string[] options) => ServeCommand.Create(ModelRunners.BuiltIn, _console).Parse(options).Invoke();
}
