using System.Net.Sockets;
using System.Text;

namespace LoopLM.Server.Tests;

/// <summary>Requests byte by byte, as no client library would send them.</summary>
internal static class RawHttp
{
    /// <summary>Sends bytes to the REST port and gives what comes back until the server closes the connection.</summary>
    /// <param name="server">The server.</param>
    /// <param name="request">The request in Latin-1; line ends as they are to be sent. It has to request the end of the connection.</param>
    public static async Task<string> SendAsync(ServerHarness server, string request)
    {
        using var patience = new CancellationTokenSource(ServerHarness.Patience);
        using var client = new TcpClient();
        await client.ConnectAsync(server.Rest.BaseAddress!.Host, server.Rest.BaseAddress.Port, patience.Token);
        var stream = client.GetStream();
        var answer = new StringBuilder();
        var buffer = new byte[4096];
        try
        {
            await stream.WriteAsync(Encoding.Latin1.GetBytes(request), patience.Token);
            while (await stream.ReadAsync(buffer, patience.Token) is > 0 and var read)
            {
                answer.Append(Encoding.Latin1.GetString(buffer, 0, read));
            }
        }
        catch (IOException)
        {
            // A server that refuses a request need not read it to its end, and the reset may come before its answer is read.
        }

        return answer.ToString();
    }

    /// <summary>The status of an answer; 0 where there was none.</summary>
    public static int StatusOf(string answer) =>
        answer.StartsWith("HTTP/1.1 ", StringComparison.Ordinal) ? int.Parse(answer.AsSpan(9, 3)) : 0;
}
