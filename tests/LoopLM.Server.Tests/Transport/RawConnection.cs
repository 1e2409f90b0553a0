using System.Net.Sockets;
using System.Text;

namespace LoopLM.Server.Tests.Transport;

/// <summary>A connection to the REST port that sends and reads no more than it is asked to. The system keeps little for it.</summary>
internal sealed class RawConnection : IDisposable
{
    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096, NoDelay = true };

    public RawConnection(ServerHarness server) => _socket.Connect(server.Rest.BaseAddress!.Host, server.Rest.BaseAddress.Port);

    public static string Post(string path, string body) =>
        $"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}";

    /// <summary>Sends a text; false where the server closed the connection.</summary>
    public async Task<bool> TrySendAsync(string text)
    {
        using var patience = new CancellationTokenSource(ServerHarness.Patience);
        try
        {
            for (ReadOnlyMemory<byte> left = Encoding.UTF8.GetBytes(text); !left.IsEmpty;)
            {
                left = left[await _socket.SendAsync(left, patience.Token)..];
            }

            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>Reads until the server closes the connection, or until a text has come.</summary>
    public async Task<string> ReadAsync(string until = "\0")
    {
        using var patience = new CancellationTokenSource(ServerHarness.Patience);
        var (answer, buffer) = (new StringBuilder(), new byte[1 << 16]);
        try
        {
            while (!answer.ToString().Contains(until, StringComparison.Ordinal)
                && await _socket.ReceiveAsync(buffer, patience.Token) is > 0 and var read)
            {
                answer.Append(Encoding.UTF8.GetString(buffer, 0, read));
            }
        }
        catch (SocketException)
        {
            // A client that was given up is not informed.
        }

        return answer.ToString();
    }

    /// <summary>Closes the connection by a reset.</summary>
    public void Reset()
    {
        _socket.LingerState = new LingerOption(enable: true, seconds: 0);
        _socket.Close();
    }

    public void Dispose() => _socket.Dispose();
}
