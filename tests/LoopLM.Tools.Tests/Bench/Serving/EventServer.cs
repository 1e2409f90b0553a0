using System.Net;
using System.Text;

namespace LoopLM.Tools.Tests.Bench.Serving;

/// <summary>
/// Answers every request with so many events, and says in its metrics that each of its scrapes has cost a second and a million bytes.
/// </summary>
internal sealed class EventServer : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly SemaphoreSlim _scraped = new(0);
    private readonly int _events;
    private readonly int _streams;
    private int _scrapes;

    public EventServer(int port, int events, int streams)
    {
        (_events, _streams) = (events, streams);
        Address = $"http://127.0.0.1:{port}/";
        _listener.Prefixes.Add(Address);
        _listener.Start();
        _ = ListenAsync();
    }

    public string Address { get; }

    /// <summary>Bodies of the requests.</summary>
    public List<string> Bodies { get; } = [];

    public void Dispose() => _listener.Close();

    private async Task ListenAsync()
    {
        try
        {
            while (true)
            {
                _ = AnswerAsync(await _listener.GetContextAsync());
            }
        }
        catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
        {
            // It was closed.
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        using var response = context.Response;
        if (context.Request.HttpMethod == "GET")
        {
            // The first scrape of a run warms up, and the second begins to measure: then the streams may go on.
            if (Interlocked.Increment(ref _scrapes) % 3 == 2)
            {
                _scraped.Release(_streams);
            }

            await WriteAsync(
                response,
                $"dotnet_process_cpu_time_seconds_total{{cpu_mode=\"user\"}} {_scrapes}\ndotnet_gc_heap_total_allocated_bytes_total {_scrapes}000000\n");
            return;
        }

        using var reader = new StreamReader(context.Request.InputStream);
        var body = await reader.ReadToEndAsync();
        lock (Bodies)
        {
            Bodies.Add(body);
        }

        response.SendChunked = true;
        await WriteAsync(response, "data: {}\n\n");
        await _scraped.WaitAsync(TimeSpan.FromSeconds(30));
        for (var i = 1; i < _events; i++)
        {
            await WriteAsync(response, "data: {}\n\n");
        }
    }

    private static async Task WriteAsync(HttpListenerResponse response, string text)
    {
        await response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(text));
        await response.OutputStream.FlushAsync();
    }
}
