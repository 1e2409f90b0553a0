using LoopLM.Server.Hosting;

namespace LoopLM.Server.Tests.Hosting;

/// <summary>What signals do to the real server.</summary>
public sealed class StopSignalsTests
{
    private const string Long = """{"prompt":"Once","max_tokens":2000,"n":64,"ignore_eos":true,"stream":true,"exit_threshold":1}""";

    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    [InlineData("HUP")]
    public async Task Process_OneSignal_StopsWithZeroAndSaysWhy(string signal)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "sends signals");
        using var server = await ServerProcess.StartAsync();

        server.Send(signal);

        Assert.Equal(0, await server.ExitAsync());
        var stops = Assert.Single(server.Output, line => line.Contains($"SIG{signal}: the server stops.", StringComparison.Ordinal));
        Assert.EndsWith("a second signal, a second later or more, ends it at once", stops.TrimEnd(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("TERM", "INT", 130)]
    [InlineData("INT", "TERM", 143)]
    public async Task Process_SecondSignalWhileARequestRuns_EndsItsStreamAndTheProcess(string first, string second, int code)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "sends signals");
        using var server = await ServerProcess.StartAsync();
        await server.UntilReadyAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/completions") { Content = ServerHarness.Json(Long) };
        using var response = await server.Rest.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        Assert.StartsWith("data: {", await reader.ReadLineAsync().WaitAsync(ServerHarness.Patience), StringComparison.Ordinal);

        server.Send(first);
        await server.UntilLoggedAsync("the server stops");
        using var patience = new CancellationTokenSource(ServerHarness.Patience);
        while (!server.Output.Any(line => line.Contains($"SIG{second} again", StringComparison.Ordinal)))
        {
            // Those that come with the first do not count.
            server.Send(second);
            await Task.Delay(50, patience.Token);
        }

        var rest = new List<string>();
        await Record.ExceptionAsync(async () =>
        {
            while (await reader.ReadLineAsync().WaitAsync(ServerHarness.Patience) is { } line)
            {
                rest.Add(line);
            }
        });
        Assert.Equal(code, await server.ExitAsync());
        Assert.StartsWith("data: {\"error\":{\"message\":\"The server is shutting down",
            rest.FindLast(line => line.Length > 0), StringComparison.Ordinal);
        Assert.Contains(server.Output, line => line.Contains("is broken off: The server is shutting down.", StringComparison.Ordinal));
        Assert.DoesNotContain(server.Output, line => line.Contains("unhandled", StringComparison.OrdinalIgnoreCase));
        Assert.DoesNotContain(server.Output, line => line.StartsWith("   at ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task StopAsync_WhileAModelLoads_DoesNotWaitForIt()
    {
        using var loaded = new ManualResetEventSlim();
        await using var server = await ServerHarness.StartAsync(() => loaded.Wait(ServerHarness.Patience));

        await server.StopAsync();

        Assert.False(server.Engine.Opened.IsCompleted);
        Assert.Empty(server.Service<EngineHost>().Hung);
        loaded.Set();
    }
}
