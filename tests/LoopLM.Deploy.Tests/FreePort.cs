using System.Net;
using System.Net.Sockets;

namespace LoopLM.Deploy.Tests;

/// <summary>Ports for programs that cannot say which free one they have taken.</summary>
internal static class FreePort
{
    /// <summary>One that was free a moment ago.</summary>
    public static int Next()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
