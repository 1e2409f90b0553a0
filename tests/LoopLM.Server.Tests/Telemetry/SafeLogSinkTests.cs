using System.Net;
using Grpc.Core;
using LoopLM.Server.Telemetry;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting.Json;

namespace LoopLM.Server.Tests.Telemetry;

/// <summary>No text in a log can steer a terminal, break a line or hide, and no key is in one.</summary>
public sealed class SafeLogSinkTests
{
    /// <summary>A line end, an escape of a terminal, a C1 control, a bidi override, a line separator.</summary>
    private const string Hostile = "a\r\n\u001b[2J\u009b\u202e\u2028z";

    private const string Escaped = @"a\u{d}\u{a}\u{1b}[2J\u{9b}\u{202e}\u{2028}z";

    [Fact]
    public void Emit_HostileProperties_EscapesThemWhereverTheyAre()
    {
        var (logger, seen) = Start();

        logger.Information("{Text} {@Object} {List} {Map}", Hostile, new { Inner = Hostile },
            new[] { Hostile }, new Dictionary<string, string> { [Hostile] = Hostile });

        Assert.Equal(5, seen.Single().RenderMessage().Split(Escaped).Length - 1);
        AssertIsSafe(seen.Single());
    }

    [Fact]
    public void Emit_HostileTemplate_EscapesIt()
    {
        var (logger, seen) = Start();

        logger.Information(Hostile);

        Assert.Equal(Escaped, seen.Single().RenderMessage());
    }

    [Fact]
    public void Emit_HostileException_KeepsItsFramesOnIndentedLines()
    {
        var (logger, seen) = Start();

        logger.Error(Record.Exception(Throw), "It failed");

        var lines = $"{seen.Single().Exception}".Split('\n');
        Assert.All(lines[1..], line => Assert.StartsWith("   ", line, StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("   at ", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, line => line.Any(c => c == '\u001b'));

        static void Throw() => throw new InvalidOperationException("x\n[12:00:00 INF] forged\u001b[2J");
    }

    [Theory]
    [InlineData("Path")]
    [InlineData("RequestPath")]
    [InlineData("QueryString")]
    public void Emit_PropertyThatMayHoldAKey_IsWithheld(string name)
    {
        var (logger, seen) = Start();

        logger.ForContext(name, "/sk-secret").Information("Called");

        Assert.Equal("\"(withheld)\"", $"{seen.Single().Properties[name]}");
    }

    [Theory]
    [InlineData("Serilog.Formatting.Json.JsonFormatter, Serilog")]
    [InlineData(null)]
    public async Task Get_HostilePaths_LeaveNoControlCharacterAndNoKeyInAnyLog(string? formatter)
    {
        var file = Path.Combine(Path.GetTempPath(), $"looplm-{Guid.NewGuid():N}.log");
        try
        {
            string[] settings =
            [
                "--Serilog:MinimumLevel:Default=Verbose", "--Serilog:MinimumLevel:Override:Microsoft.AspNetCore=Verbose",
                "--Serilog:MinimumLevel:Override:Grpc=Verbose",
                "--Serilog:Enrich:0=FromLogContext", "--Serilog:WriteTo:0:Name=File", $"--Serilog:WriteTo:0:Args:path={file}",
                .. formatter is null ? (string[])[] : [$"--Serilog:WriteTo:0:Args:formatter={formatter}"],
            ];
            await using (var server = await ServerHarness.StartAsync(settings: settings))
            {
                foreach (var target in (string[])
                    ["/x%0a2026%1b%5b2J/sk-secret", "/v1/models/%0d%0a%1b%5b2Jsk-secret", "/v1/models?key=sk-secret",
                        "/sk-secret", "/v1/models/a%e2%80%a8%c2%9b%e2%80%ae", "/\u001b[2Jsk-secret", "sk-secret"])
                {
                    await RawHttp.SendAsync(
                        server, $"GET {target} HTTP/1.1\r\nHost: localhost\r\nX-Odd: sk-secret\r\nConnection: close\r\n\r\n");
                }

                await RawHttp.SendAsync(server, "SK-SECRET\u001b[2J / HTTP/1.1\r\nHost: localhost\r\n\r\n");
                foreach (var service in (string[])["looplm.v1.Inference", "sk-secret"])
                {
                    var bytes = Marshallers.Create<byte[]>(each => each, each => each);
                    var method = new Method<byte[], byte[]>(MethodType.Unary, service, "sk-secret", bytes, bytes);
                    using var call = server.Channel.CreateCallInvoker()
                        .AsyncUnaryCall(method, null, new CallOptions(deadline: DateTime.UtcNow + ServerHarness.Patience), []);
                    await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync);
                }

                Assert.Equal(HttpStatusCode.OK, (await server.Rest.GetAsync("/v1/models")).StatusCode);
            }

            var log = await File.ReadAllTextAsync(file);
            Assert.Contains("/v1/models/{**id}", log, StringComparison.Ordinal);
            Assert.DoesNotContain("sk-secret", log, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(log.ReplaceLineEndings(""), c => char.IsControl(c) || c is '\u2028' or '\u202e');
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static (Logger Logger, List<LogEvent> Seen) Start()
    {
        var seen = new Seen();
        return (new LoggerConfiguration().WriteTo.Sink(new SafeLogSink(seen)).CreateLogger(), seen.Events);
    }

    private static void AssertIsSafe(LogEvent each)
    {
        using var json = new StringWriter();
        new JsonFormatter(renderMessage: true).Format(each, json);
        Assert.DoesNotContain($"{json}".TrimEnd(), c => char.IsControl(c) || c is '\u2028' or '\u202e');
    }

    private sealed class Seen : ILogEventSink
    {
        public List<LogEvent> Events { get; } = [];

        public void Emit(LogEvent logEvent) => Events.Add(logEvent);
    }
}
