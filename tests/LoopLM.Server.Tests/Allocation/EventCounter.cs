using System.Net.Sockets;

namespace LoopLM.Server.Tests.Allocation;

/// <summary>Reads server-sent events from a socket without looking into them, and without allocating.</summary>
internal sealed class EventCounter(Socket socket)
{
    private readonly byte[] _buffer = new byte[4096];
    private byte _last;

    /// <summary>Events so far: each ends in an empty line, which the lines of HTTP itself do not.</summary>
    public int Count { get; private set; }

    /// <summary>Reads until so many have come.</summary>
    public void ReadTo(int count)
    {
        while (Count < count)
        {
            var received = socket.Receive(_buffer);
            if (received == 0)
            {
                Assert.Fail($"The stream ended after {Count} events.");
            }

            foreach (var value in _buffer.AsSpan(0, received))
            {
                Count += value == '\n' && _last == '\n' ? 1 : 0;
                _last = value;
            }
        }
    }
}
