namespace LoopLM.Server.Tests.Transport;

/// <summary>Streams that cannot be completed are logged as what they are.</summary>
public sealed class BrokenOffResponsesTests
{
    private const string Stream = """{"prompt":"a","max_tokens":20,"stream":true}""";

    [Theory]
    [InlineData("/v1/completions", Stream)]
    [InlineData("/v1/chat/completions", """{"messages":[{"role":"user","content":"a"}],"max_tokens":20,"stream":true}""")]
    public async Task Log_ModelFailsInMidStream_HoldsTheReasonAndTheStatusThatWasSent(string path, string body)
    {
        var log = await LogAsync(async server =>
        {
            server.Runner.BeforeLoop = FailAtTheThirdToken();
            await server.ReadBrokenStreamAsync(path, body);
        });

        AssertBrokenOff(log, path, "The model runner failed.");
    }

    [Fact]
    public async Task Log_DrainEndsAStream_HoldsTheReasonAndTheStatusThatWasSent()
    {
        var log = await LogAsync(
            async server =>
            {
                using var hold = new Hold(server.Runner, position: 2);
                var reading = server.ReadBrokenStreamAsync("/v1/completions", Stream);
                hold.WaitUntilHeld();
                var stopping = server.StopAsync();
                hold.LetGo();
                await reading;
                await stopping;
            },
            "--Limits:DrainTimeout=00:00:00");

        AssertBrokenOff(log, "/v1/completions", "The server is shutting down.");
    }

    [Fact]
    public async Task Log_ClientsResetInTheirBodies_HoldsTheRequestsAndNoError()
    {
        const string Live = "GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n";
        var log = await LogAsync(async server =>
        {
            for (var i = 0; i < 20; i++)
            {
                using var client = new RawConnection(server);
                await client.TrySendAsync(Live + RawConnection.Post("/tokenize", "123456789")[..^8]);
                await client.ReadAsync(until: "200 OK");
                client.Reset();
            }
        });

        Assert.Contains(log, line => line.Contains("HTTP POST /tokenize responded 499", StringComparison.Ordinal));
        Assert.DoesNotContain(log, line => line.Contains("[ERR]", StringComparison.Ordinal));
    }

    private static Action<Engine.Runners.LoopBatch> FailAtTheThirdToken()
    {
        int? first = null;
        return batch =>
        {
            first ??= batch.Rows[^1].Position;
            if (batch.Rows[0].Position == first + 3)
            {
                throw new InvalidOperationException("kernel");
            }
        };
    }

    private static void AssertBrokenOff(string[] log, string path, string reason)
    {
        Assert.Single(log, line => line.Contains("is broken off: " + reason, StringComparison.Ordinal));
        Assert.Single(log, line => line.Contains($"HTTP POST {path} responded 200", StringComparison.Ordinal));
        Assert.DoesNotContain(log, line => line.Contains("unhandled", StringComparison.OrdinalIgnoreCase));
        Assert.DoesNotContain(log, line => line.Contains("BrokenOffException", StringComparison.Ordinal));
    }

    /// <summary>The lines that a server logs from its start to its end.</summary>
    private static async Task<string[]> LogAsync(Func<ServerHarness, Task> use, params string[] settings)
    {
        var file = Path.Combine(Path.GetTempPath(), $"looplm-{Guid.NewGuid():N}.log");
        try
        {
            await using (var server = await ServerHarness.StartAsync(settings:
            [
                "--Serilog:MinimumLevel:Default=Information", "--Serilog:WriteTo:0:Name=File", $"--Serilog:WriteTo:0:Args:path={file}",
                .. settings,
            ]))
            {
                await use(server);
            }

            return await File.ReadAllLinesAsync(file);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
