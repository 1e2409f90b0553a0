using System.Net;
using System.Net.Sockets;
using LoopLM.Server.Configuration;
using LoopLM.Server.Transport;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Time.Testing;

namespace LoopLM.Server.Tests.Transport;

public sealed class ConnectionLimitTests
{
    private const string Ok = "HTTP/1.1 200 OK";

    private readonly FakeTimeProvider _time = new();
    private readonly LogLines<ConnectionLimit> _log = new();

    [Fact]
    public async Task Admit_BeyondTheLimit_EndsTheConnectionAndLogsOneLineInTenSeconds()
    {
        var limit = Limit(new LimitOptions { MaxConnections = 2 });
        var (first, _) = (Connect(limit, "10.0.0.1"), Connect(limit, "10.0.0.2"));

        Assert.False(Connect(limit, "10.0.0.3").IsOpen);
        Assert.False(Connect(limit, "10.0.0.3").IsOpen);
        Assert.Equal("Connections are refused: as many are open as may be (Limits:MaxConnections, 2)", Assert.Single(_log.Lines));
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.False(Connect(limit, "10.0.0.3").IsOpen);
        Assert.Equal(2, _log.Lines.Count);

        await first.EndAsync();
        Assert.True(Connect(limit, "10.0.0.3").IsOpen);
    }

    [Fact]
    public async Task Admit_BeyondTheLimitOfAnAddress_LetsOthersIn()
    {
        var limit = Limit(new LimitOptions { MaxConnections = 10, MaxConnectionsPerAddress = 1 });
        var first = Connect(limit, "10.0.0.1");

        Assert.False(Connect(limit, "10.0.0.1").IsOpen);
        Assert.True(Connect(limit, "10.0.0.2").IsOpen);
        await first.EndAsync();

        Assert.True(Connect(limit, "10.0.0.1").IsOpen);
    }

    [Theory]
    [InlineData(747, null, true)]
    [InlineData(748, null, false)]
    [InlineData(1000, 508, false)]
    [InlineData(1000, 509, true)]
    public void Constructor_Descriptors_WarnsWhereTheyLeaveTooLittleRoom(int descriptors, int? connections, bool warns)
    {
        Limit(new LimitOptions { MaxConnections = connections }, descriptors);

        Assert.Equal(warns, _log.Lines.Count == 1);
        Assert.All(_log.Lines, line => Assert.Contains($"may have {descriptors} files and sockets open", line, StringComparison.Ordinal));
    }

    [Fact]
    public void Connections_Default_FitsTheDescriptors()
    {
        var limit = Limit(new LimitOptions(), descriptors: 600);

        var open = Enumerable.Range(0, 300).Count(_ => Connect(limit, "10.0.0.1").IsOpen);

        Assert.Equal(108, open);
    }

    [Theory]
    [InlineData("Max open files            1024                 4096                 files", 1024)]
    [InlineData("Max open files            unlimited            unlimited            files", null)]
    [InlineData("Max cpu time              10                   unlimited            seconds", null)]
    public void ReadLimit_LinesOfLinux_GivesTheSoftLimit(string line, int? limit) =>
        Assert.Equal(limit, FileDescriptors.ReadLimit(["Limit                     Soft Limit           Hard Limit           Units", line]));

    [Fact]
    public async Task Connect_BeyondTheLimit_IsClosedAtOnceAndTheNextServedOnceThereIsRoom()
    {
        await using var server = await ServerHarness.StartAsync(settings: "--Limits:MaxConnections=3");
        using (var first = new RawConnection(server))
        using (var second = new RawConnection(server))
        using (var third = new RawConnection(server))
        {
            Assert.All(await Task.WhenAll(AskAsync(first), AskAsync(second), AskAsync(third)), answer =>
                Assert.StartsWith(Ok, answer, StringComparison.Ordinal));
            for (var i = 0; i < 50; i++)
            {
                Assert.Equal("", await AskAsync(server));
            }

            Assert.StartsWith(Ok, await AskAsync(first), StringComparison.Ordinal);
        }

        using var patience = new CancellationTokenSource(ServerHarness.Patience);
        while (!(await AskAsync(server)).StartsWith(Ok, StringComparison.Ordinal))
        {
            // The server learns of the ends in its own time.
            patience.Token.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Asks on a connection of its own.</summary>
    private static async Task<string> AskAsync(ServerHarness server)
    {
        try
        {
            using var connection = new RawConnection(server);
            return await AskAsync(connection);
        }
        catch (SocketException)
        {
            return "";
        }
    }

    private static async Task<string> AskAsync(RawConnection connection) =>
        await connection.TrySendAsync("GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n") ? await connection.ReadAsync(until: "}") : "";

    private static Connection Connect(ConnectionLimit limit, string address) => new(limit, IPAddress.Parse(address));

    private ConnectionLimit Limit(LimitOptions options, int descriptors = 100_000) => new(options, descriptors, open: 300, _time, _log);

    /// <summary>A connection that lasts until it is reported to end, if it is let in.</summary>
    private sealed class Connection
    {
        private readonly TaskCompletionSource _end = new();
        private readonly Task _serving;

        public Connection(ConnectionLimit limit, IPAddress address) =>
            _serving = limit.Admit(_ => _end.Task)(new DefaultConnectionContext { RemoteEndPoint = new IPEndPoint(address, 1) });

        public bool IsOpen => !_serving.IsCompleted;

        public Task EndAsync()
        {
            _end.SetResult();
            return _serving.WaitAsync(ServerHarness.Patience);
        }
    }
}
