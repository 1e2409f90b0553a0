using System.Net;
using System.Net.Sockets;
using System.Text;

namespace LoopLM.Tools.Bench.Serving;

/// <summary>
/// One streamed answer, read without looking further than where its events end: a client takes processors from the server that it measures,
/// so it must cost little.
/// </summary>
internal sealed class EventConnection : IDisposable
{
    private const byte LineFeed = (byte)'\n';

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly IPEndPoint _server;
    private bool _behindLine;

    /// <summary>Connects.</summary>
    /// <exception cref="SocketException">Nobody listens there.</exception>
    public EventConnection(IPEndPoint server)
    {
        _server = server;
        _socket.Connect(server);
    }

    /// <summary>To wait for what comes.</summary>
    public Socket Socket => _socket;

    /// <summary>Events that have come.</summary>
    public int Events { get; private set; }

    /// <summary>Sends a request whose answer is to be a stream of events.</summary>
    /// <param name="path">Where to.</param>
    /// <param name="body">JSON.</param>
    public void Post(string path, string body)
    {
        _socket.Send(Encoding.ASCII.GetBytes(
            $"POST {path} HTTP/1.1\r\nHost: {_server}\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}"));
    }

    /// <summary>Takes what comes and counts its events; returns how many there were.</summary>
    /// <param name="buffer">Room to receive into.</param>
    /// <exception cref="IOException">The server has refused the request or broken the stream off.</exception>
    public int Receive(Span<byte> buffer)
    {
        var received = _socket.Receive(buffer);
        var bytes = buffer[..received];
        if (received == 0 || (Events == 0 && bytes.StartsWith("HTTP"u8) && !bytes.StartsWith("HTTP/1.1 200"u8)))
        {
            throw new IOException(
                received == 0
                    ? $"The server has broken a stream off after {Events} events."
                    : $"The server answers {Encoding.UTF8.GetString(bytes)}");
        }

        // An event ends in an empty line; lines of the protocol end in another way.
        var before = Events;
        Events += (_behindLine && bytes[0] == LineFeed ? 1 : 0) + bytes.Count("\n\n"u8);
        _behindLine = bytes[^1] == LineFeed && !bytes.EndsWith("\n\n"u8);
        return Events - before;
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();
}
