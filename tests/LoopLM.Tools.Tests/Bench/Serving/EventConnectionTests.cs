using System.Net;
using System.Net.Sockets;
using LoopLM.Tools.Bench.Serving;

namespace LoopLM.Tools.Tests.Bench.Serving;

public sealed class EventConnectionTests : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly EventConnection _connection;
    private readonly Socket _server;

    public EventConnectionTests()
    {
        _listener.Start();
        _connection = new EventConnection((IPEndPoint)_listener.LocalEndpoint);
        _server = _listener.AcceptSocket();
    }

    public void Dispose()
    {
        _server.Dispose();
        _connection.Dispose();
        _listener.Dispose();
    }

    [Fact]
    public void Receive_EventsInPieces_CountsEachWhenItEnds()
    {
        Assert.Equal(0, Receive("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n14\r\ndata: 1"u8));
        Assert.Equal(1, Receive("\n\ndata: 2\n"u8));
        Assert.Equal(1, Receive("\n\r\n"u8));
        Assert.Equal(2, Receive("15\r\ndata: 3\n\ndata: 4\n\n\r\n"u8));
        Assert.Equal(0, Receive("0\r\n\r\n"u8));
        Assert.Equal(4, _connection.Events);
    }

    [Fact]
    public void Receive_Refusal_ThrowsWhatTheServerAnswers()
    {
        var refused = Assert.Throws<IOException>(() => Receive("HTTP/1.1 429 Too Many Requests\r\n\r\n{}"u8));

        Assert.Contains("429 Too Many Requests", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Receive_StreamEndsEarly_Throws()
    {
        Receive("HTTP/1.1 200 OK\r\n\r\ndata: 1\n\n"u8);
        _server.Shutdown(SocketShutdown.Send);

        var broken = Assert.Throws<IOException>(() => _connection.Receive(new byte[16]));

        Assert.Contains("after 1 events", broken.Message, StringComparison.Ordinal);
    }

    private int Receive(ReadOnlySpan<byte> sent)
    {
        _server.Send(sent);
        return _connection.Receive(new byte[1024]);
    }
}
