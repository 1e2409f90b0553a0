using System.Runtime.InteropServices;
using LoopLM.Server.Configuration;
using Microsoft.Extensions.Options;

namespace LoopLM.Server.Hosting;

/// <summary>
/// What signals do. The first SIGTERM, SIGINT, SIGQUIT or SIGHUP stops the server in order; a second one, a second
/// later or more, ends what still runs and the process.
/// </summary>
/// <remarks>
/// SIGHUP stops the server like the others. There is nothing to load again, because settings are read once, and a server whose terminal has
/// gone would keep its port and its memory unseen. Where it is ignored from the start, as under <c>nohup</c>, it stays ignored.
/// </remarks>
internal sealed partial class StopSignals(
    IHostApplicationLifetime lifetime, IOptions<LimitOptions> limits, TimeProvider time, ILogger<StopSignals> logger) : IDisposable
{
    /// <summary>Signals so close to the first are the same one: some programs tell a process and its group.</summary>
    private static readonly TimeSpan s_sameSignal = TimeSpan.FromSeconds(1);

    /// <summary>How long the process may take to end after a second signal.</summary>
    private static readonly TimeSpan s_lastPatience = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _hurry = new();
    private readonly List<PosixSignalRegistration> _registrations = [];
    private readonly Lock _receiving = new();
    private Timer? _end;
    private long? _first;

    /// <summary>Cancelled by the second signal.</summary>
    public CancellationToken Hurry => _hurry.Token;

    /// <summary>What the process ends with; null without a second signal.</summary>
    public int? ExitCode { get; private set; }

    /// <summary>Begins to listen; before that, signals do what they do to any process.</summary>
    public void Listen()
    {
        foreach (var signal in (PosixSignal[])[PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGQUIT, PosixSignal.SIGHUP])
        {
            _registrations.Add(PosixSignalRegistration.Create(signal, Handle));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _registrations.ForEach(registration => registration.Dispose());
        _end?.Dispose();
        _hurry.Dispose();
    }

    private static int NumberOf(PosixSignal signal) => signal switch
    {
        PosixSignal.SIGHUP => 1,
        PosixSignal.SIGINT => 2,
        PosixSignal.SIGQUIT => 3,
        _ => 15,
    };

    private void Handle(PosixSignalContext context)
    {
        context.Cancel = true;
        lock (_receiving)
        {
            if (_first is not { } first)
            {
                _first = time.GetTimestamp();
                Stopping(context.Signal, limits.Value.DrainTimeout);
                lifetime.StopApplication();
            }
            else if (ExitCode is null && time.GetElapsedTime(first) >= s_sameSignal)
            {
                var code = 128 + NumberOf(context.Signal);
                (ExitCode, _end) = (code, new Timer(_ => Environment.Exit(code), null, s_lastPatience, Timeout.InfiniteTimeSpan));
                Ending(context.Signal);
                _hurry.Cancel();
            }
        }
    }

    [LoggerMessage(1, LogLevel.Information,
        "{Signal}: the server stops. It finishes what runs, for {DrainTimeout} at most; "
        + "a second signal, a second later or more, ends it at once")]
    private partial void Stopping(PosixSignal signal, TimeSpan drainTimeout);

    [LoggerMessage(2, LogLevel.Warning, "{Signal} again: what still runs is cancelled")]
    private partial void Ending(PosixSignal signal);
}
