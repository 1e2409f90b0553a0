using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using LoopLM.Engine.Configuration;
using LoopLM.Engine.Errors;
using LoopLM.Engine.Exits;
using LoopLM.Engine.Requests;
using LoopLM.Engine.Runners;
using LoopLM.Engine.Telemetry;
using Microsoft.Extensions.Logging;

namespace LoopLM.Engine.Execution;

/// <summary>
/// The engine on a thread of its own, which opens the runner, ticks while there is work, and otherwise sleeps on its inbox.
/// Other threads submit through the inbox and read <see cref="Snapshot"/>.
/// </summary>
public sealed class InferenceEngine : IAsyncDisposable
{
    private static readonly TimeSpan s_snapshotInterval = TimeSpan.FromMilliseconds(50);

    // While nothing but masks is waited for, new requests and cancelled ones wait no longer than this.
    private static readonly TimeSpan s_maskPatience = TimeSpan.FromMilliseconds(1);

    private const long NoTick = long.MinValue;

    private readonly string _name;
    private readonly Func<IModelRunner> _openRunner;
    private readonly EngineOptions _options;
    private readonly EngineMetrics _metrics;
    private readonly ExitPolicies _policies;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    // Null wakes the thread alone.
    private readonly Channel<Submission?> _inbox = Channel.CreateUnbounded<Submission?>(
        new UnboundedChannelOptions { SingleReader = true });
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile EngineSnapshot _snapshot = new() { Health = EngineHealth.Loading };
    private volatile EngineCore? _core;
    private volatile string? _fault;
    private volatile bool _draining;
    private volatile bool _cancelAll;
    private int _begun;

    // When the tick at work began, in ticks of the time provider.
    private long _tickBegan = NoTick;

    /// <summary>Prepares an engine, which refuses requests until it is started and its runner is open.</summary>
    /// <param name="name">Name of the model, for the log.</param>
    /// <param name="openRunner">
    /// Opens a runner with room for the options' rows and KV slots. It is called, used and disposed on the engine's thread.
    /// </param>
    /// <param name="options">Sizes and defaults.</param>
    /// <param name="metrics">Where it counts; its gauges read this engine from here on.</param>
    /// <param name="policies">The exit policies that requests can name.</param>
    /// <param name="time">Its clock.</param>
    /// <param name="logger">Its log.</param>
    public InferenceEngine(
        string name,
        Func<IModelRunner> openRunner,
        EngineOptions options,
        EngineMetrics metrics,
        ExitPolicies policies,
        TimeProvider time,
        ILogger<InferenceEngine> logger)
    {
        _name = name;
        _openRunner = openRunner;
        _options = options;
        _metrics = metrics;
        _policies = policies;
        _time = time;
        _logger = logger;
        metrics.Observe(() => Snapshot);
    }

    /// <summary>The engine at a moment not long ago: at most 50 ms while it works, up to date when it is idle.</summary>
    public EngineSnapshot Snapshot => _snapshot;

    /// <summary>How long the tick at work has lasted; 0 while there is none. A tick that does not end is a runner that hangs.</summary>
    public TimeSpan TickAge => Volatile.Read(ref _tickBegan) is not NoTick and var began ? _time.GetElapsedTime(began) : TimeSpan.Zero;

    /// <summary>Completes when the model is loaded; fails where it cannot be.</summary>
    public Task Opened => _opened.Task;

    /// <summary>
    /// Starts the thread, which begins by opening the runner. An engine that has been started, or asked to stop, stays as it is.
    /// </summary>
    public void Start()
    {
        if (Interlocked.Exchange(ref _begun, 1) == 0)
        {
            new Thread(Run) { IsBackground = true, Name = "LoopLM engine" }.Start();
        }
    }

    /// <summary>
    /// Fails everything for good, as a lost device does: what the runner computes with is no longer what it opened. Safe from any thread.
    /// </summary>
    /// <param name="fault">Why, for the operator.</param>
    public void Fail(string fault)
    {
        _fault = fault;
        _inbox.Writer.TryWrite(null);
    }

    /// <summary>Accepts a request, or says why not. Safe from any thread.</summary>
    public bool TrySubmit(
        GenerationRequest request,
        [NotNullWhen(true)] out Generation? generation,
        [NotNullWhen(false)] out Rejection? rejection)
    {
        var accepted = TrySubmit([request], RequestClient.Local, out var generations, out rejection);
        generation = generations?[0];
        return accepted;
    }

    /// <summary>
    /// Accepts several requests of one client, all of them or none; then says why not. They take turns with others, and once one of them
    /// has started, none ends for its time in the queue. Safe from any thread.
    /// </summary>
    /// <param name="requests">The requests, at least one.</param>
    /// <param name="client">Whom they come from.</param>
    /// <param name="generations">A generation for each request.</param>
    /// <param name="rejection">Why none was accepted.</param>
    public bool TrySubmit(
        IReadOnlyList<GenerationRequest> requests,
        RequestClient client,
        [NotNullWhen(true)] out Generation[]? generations,
        [NotNullWhen(false)] out Rejection? rejection)
    {
        ArgumentOutOfRangeException.ThrowIfZero(requests.Count, nameof(requests));
        generations = null;
        if (_draining || _core is not { } core)
        {
            rejection = NotReady();
            return false;
        }

        if (!core.TryAccept(requests, client, out var submission, out rejection))
        {
            return false;
        }

        if (!_inbox.Writer.TryWrite(submission))
        {
            submission.Return();
            rejection = NotReady();
            return false;
        }

        generations = submission.Generations;
        return true;
    }

    /// <summary>Accepts nothing more, finishes what waits and runs, and stops.</summary>
    /// <param name="cancel">Cancels what is left.</param>
    /// <param name="giveUp">Ends the wait for an engine that does not stop, because its runner hangs.</param>
    /// <returns>False where the wait was given up; the engine's thread then still runs.</returns>
    public async Task<bool> StopAsync(CancellationToken cancel, CancellationToken giveUp = default)
    {
        _draining = true;
        _inbox.Writer.TryComplete();
        if (Interlocked.Exchange(ref _begun, 1) == 0)
        {
            _snapshot = _snapshot with { Health = EngineHealth.Stopped };
            _stopped.SetResult();
        }

        await using (cancel.Register(() => _cancelAll = true))
        {
            return await Task.WhenAny(_stopped.Task, Task.Delay(Timeout.Infinite, giveUp)).ConfigureAwait(false) == _stopped.Task;
        }
    }

    /// <summary>Cancels everything and stops.</summary>
    public ValueTask DisposeAsync() => new(StopAsync(new CancellationToken(canceled: true)));

    private Rejection NotReady()
    {
        var rejection = _snapshot.Health switch
        {
            EngineHealth.Loading => new Rejection(RejectionReason.Loading, null, "The model is being loaded. Try again later."),
            EngineHealth.Unhealthy => new Rejection(RejectionReason.Unhealthy, null, "The engine cannot work any more."),
            _ => new Rejection(RejectionReason.Draining, null, "The server is shutting down."),
        };
        _metrics.Rejected(rejection.Reason);
        return rejection;
    }

    private void Run()
    {
        try
        {
            using var core = Open();
            try
            {
                Serve(core);
            }
            catch
            {
                Abandon(core);
                throw;
            }
        }
        catch (Exception exception)
        {
            FailFor(exception);
        }
        finally
        {
            _stopped.SetResult();
        }
    }

    private EngineCore Open()
    {
        var started = _time.GetTimestamp();
        var core = CreateCore(_openRunner());
        _snapshot = core.TakeSnapshot(EngineHealth.Ready);
        var model = _snapshot.Model!;
        EngineLog.Loaded(_logger, _name, _snapshot.Runner!, _time.GetElapsedTime(started).TotalSeconds,
            model.Loops, model.ContextLength, model.VocabularySize);
        _core = core;
        _opened.SetResult();
        return core;
    }

    private EngineCore CreateCore(IModelRunner runner)
    {
        try
        {
            return new EngineCore(runner, _options, _metrics, _policies, _time, _logger);
        }
        catch
        {
            runner.Dispose();
            throw;
        }
    }

    private void Serve(EngineCore core)
    {
        var published = _time.GetTimestamp();
        do
        {
            bool worked;
            do
            {
                Volatile.Write(ref _tickBegan, _time.GetTimestamp());
                TakeIn(core);
                if (_cancelAll)
                {
                    core.CancelAll();
                }

                if (_fault is { } fault)
                {
                    core.LoseDevice(fault);
                }

                worked = core.Tick();
                Volatile.Write(ref _tickBegan, NoTick);
                worked = worked || core.WaitForMask(s_maskPatience);
                if (!worked || _time.GetElapsedTime(published) >= s_snapshotInterval)
                {
                    _snapshot = core.TakeSnapshot(_draining ? EngineHealth.Draining : EngineHealth.Ready);
                    published = _time.GetTimestamp();
                }
            }
            while (worked);
        }
        while (WaitForWork());

        _snapshot = core.TakeSnapshot(EngineHealth.Stopped);
    }

    private void TakeIn(EngineCore core)
    {
        while (_inbox.Reader.TryRead(out var submission))
        {
            if (submission is not null)
            {
                core.Commit(submission);
            }
        }
    }

    /// <summary>Ends every generation there is: a bug keeps the engine from going on.</summary>
    private void Abandon(EngineCore core)
    {
        _draining = true;
        _inbox.Writer.TryComplete();
        TakeIn(core);
        core.FailAll("The engine has stopped.");
        _snapshot = core.TakeSnapshot(EngineHealth.Unhealthy);
    }

    /// <summary>Sleeps until a request comes. False when none will come any more.</summary>
    private bool WaitForWork()
    {
        var waiting = _inbox.Reader.WaitToReadAsync();
        return waiting.IsCompleted ? waiting.Result : waiting.AsTask().GetAwaiter().GetResult();
    }

    private void FailFor(Exception exception)
    {
        _snapshot = _snapshot with { Health = EngineHealth.Unhealthy, Fault = exception.Message };
        if (_opened.TrySetException(exception))
        {
            EngineLog.LoadFailed(_logger, _name, exception.Message);
            EngineLog.LoadFailedBecause(_logger, exception, _name);
        }
        else
        {
            EngineLog.EngineFailed(_logger, exception);
        }
    }
}
