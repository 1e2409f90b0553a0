using System.Diagnostics;

namespace LoopLM.Tools.Soak;

/// <summary>Puts mixed load on a server from outside, and audits it afterwards.</summary>
internal sealed class SoakRun : IDisposable
{
    private static readonly TimeSpan s_sampleInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_drainPatience = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_drainPoll = TimeSpan.FromMilliseconds(50);

    private readonly SoakOptions _options;
    private readonly SoakTally _tally = new();
    private readonly List<ServerState> _samples = [];
    private readonly HttpClient _http;

    private SoakRun(SoakOptions options)
    {
        _options = options;
        _http = new HttpClient { BaseAddress = options.Rest };
        if (options.Key is { } key)
        {
            _http.DefaultRequestHeaders.Authorization = new("Bearer", key);
        }
    }

    /// <summary>Runs to the end of the options.</summary>
    /// <param name="options">What to do.</param>
    /// <param name="atTheEnd">Done when the clients are, before the audit; null for nothing.</param>
    /// <exception cref="HttpRequestException">The server does not answer for its metrics.</exception>
    public static async Task<SoakReport> RunAsync(SoakOptions options, Func<SoakTally, Task>? atTheEnd = null)
    {
        using var run = new SoakRun(options);
        return await run.RunAsync(atTheEnd ?? (_ => Task.CompletedTask));
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<SoakReport> RunAsync(Func<SoakTally, Task> atTheEnd)
    {
        var started = Stopwatch.GetTimestamp();
        var before = await ServerState.ReadAsync(_http, _options.Process);
        using var end = new CancellationTokenSource();
        var sampling = SampleAsync(end.Token);
        await Task.WhenAll(Enumerable.Range(0, _options.Clients).Select(number => Task.Run(() => DriveAsync(number, started))));
        await end.CancelAsync();
        await sampling;
        await atTheEnd(_tally);
        var after = await DrainAsync();
        return SoakAudit.Of(_options, _tally, before, after, _samples, Stopwatch.GetElapsedTime(started));
    }

    private async Task DriveAsync(int number, long started)
    {
        using var client = new SoakClient(_options, number, _tally);
        for (var call = 0; (_options.Calls is not { } calls || call < calls)
            && (_options.Duration is not { } duration || Stopwatch.GetElapsedTime(started) < duration); call++)
        {
            await client.CallAsync();
        }
    }

    private async Task SampleAsync(CancellationToken end)
    {
        try
        {
            while (true)
            {
                _samples.Add(await ServerState.ReadAsync(_http, _options.Process));
                await Task.Delay(s_sampleInterval, end);
            }
        }
        catch (OperationCanceledException)
        {
            // The clients have done.
        }
        catch (HttpRequestException exception)
        {
            _tally.Problem($"The server does not answer for its metrics: {exception.Message}");
        }
    }

    /// <summary>Waits until the server holds nothing, for a while, and says what it holds then.</summary>
    private async Task<ServerState> DrainAsync()
    {
        var started = Stopwatch.GetTimestamp();
        ServerState state;
        do
        {
            await Task.Delay(s_drainPoll);
            state = await ServerState.ReadAsync(_http, _options.Process);
        }
        while (!(state.IsEmpty && state.Connections <= SoakAudit.OwnConnections) && Stopwatch.GetElapsedTime(started) < s_drainPatience);
        return state;
    }
}
