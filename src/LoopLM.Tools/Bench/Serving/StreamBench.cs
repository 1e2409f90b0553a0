using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace LoopLM.Tools.Bench.Serving;

/// <summary>
/// Measures streams of a server: all requests at once, read by one thread that looks once a millisecond which connections have something.
/// </summary>
internal static class StreamBench
{
    private const int BufferBytes = 1 << 16;
    private static readonly TimeSpan s_sweepInterval = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    /// <summary>Runs all requests once.</summary>
    /// <param name="server">Where the server listens, by its address in numbers.</param>
    /// <param name="path">The endpoint.</param>
    /// <param name="bodies">The requests, in JSON; each must stream.</param>
    /// <param name="tokens">Tokens that each of them generates.</param>
    /// <exception cref="IOException">The server refuses, breaks off, or says nothing for a minute.</exception>
    public static async Task<StreamMeasurement> RunAsync(Uri server, string path, IReadOnlyList<string> bodies, int tokens)
    {
        using var http = new HttpClient { BaseAddress = server };
        await ServerUsage.ReadAsync(http).ConfigureAwait(false);
        var connections = bodies.Select(_ => new EventConnection(new IPEndPoint(IPAddress.Parse(server.Host), server.Port))).ToArray();
        try
        {
            return await MeasureAsync(http, path, bodies, tokens, connections).ConfigureAwait(false);
        }
        finally
        {
            Array.ForEach(connections, connection => connection.Dispose());
        }
    }

    private static async Task<StreamMeasurement> MeasureAsync(
        HttpClient http, string path, IReadOnlyList<string> bodies, int tokens, EventConnection[] connections)
    {
        var buffer = new byte[BufferBytes];
        var indices = Enumerable.Range(0, connections.Length).ToDictionary(i => connections[i].Socket);
        var (sentAt, lastAt) = (new long[connections.Length], new long[connections.Length]);
        var (firsts, gaps) = (new List<double>(), new List<double>(connections.Length * tokens));
        for (var i = 0; i < connections.Length; i++)
        {
            sentAt[i] = Stopwatch.GetTimestamp();
            connections[i].Post(path, bodies[i]);
        }

        var readable = new List<Socket>(connections.Length);
        Sample? begin = null, end = null;
        var (all, latest) = (0, Stopwatch.GetTimestamp());
        while (end is null || connections.Any(connection => connection.Events < tokens))
        {
            readable.Clear();
            readable.AddRange(connections.Where(connection => connection.Events < tokens).Select(connection => connection.Socket));
            Socket.Select(readable, null, null, TimeSpan.Zero);
            foreach (var socket in readable)
            {
                var i = indices[socket];
                if (connections[i].Receive(buffer) is > 0 and var came)
                {
                    latest = Stopwatch.GetTimestamp();
                    all += came;
                    var isFirst = lastAt[i] == 0;
                    if (isFirst)
                    {
                        firsts.Add(Stopwatch.GetElapsedTime(sentAt[i], latest).TotalSeconds);
                    }
                    else if (begin is not null && end is null)
                    {
                        gaps.Add(Stopwatch.GetElapsedTime(lastAt[i], latest).TotalSeconds);
                        gaps.AddRange(Enumerable.Repeat(0.0, came - 1));
                    }

                    lastAt[i] = latest;
                }
            }

            // The usage is read while the sweep goes on: waiting for it would show as a gap.
            begin ??= firsts.Count == connections.Length ? Sample.Take(http, all) : null;
            end ??= Array.Exists(connections, connection => connection.Events >= tokens) ? Sample.Take(http, all) : null;
            if (Stopwatch.GetElapsedTime(latest) > s_patience)
            {
                throw new IOException($"The server has sent nothing for {s_patience.TotalSeconds:F0} seconds.");
            }

            Thread.Sleep(s_sweepInterval);
        }

        firsts.Sort();
        gaps.Sort();
        var (before, after) = (await begin!.Usage.ConfigureAwait(false), await end.Usage.ConfigureAwait(false));
        double measured = end.Tokens - begin.Tokens;
        return new StreamMeasurement(
            measured / Stopwatch.GetElapsedTime(begin.At, end.At).TotalSeconds,
            [.. firsts],
            [.. gaps],
            (after.ProcessorSeconds - before.ProcessorSeconds) / measured,
            (end.ClientTime - begin.ClientTime).TotalSeconds / measured,
            (after.AllocatedBytes - before.AllocatedBytes) / measured);
    }

    /// <summary>Where a measurement begins or ends.</summary>
    private sealed record Sample(long At, int Tokens, TimeSpan ClientTime, Task<ServerUsage> Usage)
    {
        public static Sample Take(HttpClient http, int tokens) =>
            new(Stopwatch.GetTimestamp(), tokens, Environment.CpuUsage.TotalTime, ServerUsage.ReadAsync(http));
    }
}
